"""What the layout promises, checked on the tracked files."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from core.settings import PROJECT_DIR

DOORS = {"app", "cli"}


def tracked_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"],
        cwd=PROJECT_DIR,
        capture_output=True,
        text=True,
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout, so nothing says which files belong to the project")
    paths = [PROJECT_DIR / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


def python_files(*folders: str) -> list[Path]:
    roots = [PROJECT_DIR / folder for folder in folders]
    return [
        path
        for path in tracked_files()
        if path.suffix == ".py" and any(root in path.parents for root in roots)
    ]


def imported_names(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module)
    return names


def relative(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(PROJECT_DIR)) for path in paths]


def test_layers_point_one_way():
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-cache"], cwd=PROJECT_DIR, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_nothing_imports_a_door():
    rooms = python_files("core", "db", "pages", "web", "commands")
    assert len(rooms) > 50
    assert relative([path for path in rooms if imported_names(path) & DOORS]) == []


def test_no_page_lies_where_streamlit_would_run_it_without_the_door():
    pages = (PROJECT_DIR / "pages").glob("*.py")
    assert [page.name for page in pages if page.name != "__init__.py"] == []


def test_only_components_write_html():
    call = re.compile(r"\bst\.html\(|unsafe_allow_html\s*=\s*True")
    pages = [path for path in python_files("pages") if path.parent.name != "components"]
    found = [path for path in pages if call.search(path.read_text(encoding="utf-8"))]
    assert relative(found) == []


def test_no_file_names_a_package_registry_or_a_folder_of_one_machine():
    # Put together here, so that this file does not name them either.
    forbidden = [
        "pypi" + ".org",
        "pythonhosted" + ".org",
        "--index" + "-url ",
        "npmjs" + ".org",
        "/work" + "/shared",
        "/tmp" + "/brief",
        "/work" + "/main",
    ]
    found = []
    for path in tracked_files():
        content = path.read_bytes()
        found += [(path.name, word) for word in forbidden if word.encode() in content]
    assert found == []
