import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from core.errors import UserError
from core.security import hash_password
from core.settings import PROJECT_DIR, Settings
from tests.support.server import AppServer, app_server
from web.serve import local_address, serve

SCRIPT = Path(__file__).parent / "apps" / "shows_role.py"
WITH_WORKER = """
import sys
from pathlib import Path
from core.settings import Settings
from web.serve import serve
command = [sys.executable, "-c", sys.argv[2], sys.argv[3]]
serve("127.0.0.1", 0, False, Settings.from_environment(), True, ping=lambda: None,
      worker_command=command, script=Path(sys.argv[1]))
print("returned")
"""
WORKER = "import os,sys,time; open(sys.argv[1],'w').write(str(os.getpid())); time.sleep(600)"


def health_status(server: AppServer) -> int:
    with urllib.request.urlopen(server.url("/health"), timeout=10) as answer:
        return answer.status


def refuse(host: str, settings: Settings, port: int = 0) -> str:
    with pytest.raises(UserError) as caught:
        serve(host, port, False, settings, False, ping=lambda: None, script=SCRIPT)
    return str(caught.value)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "example.org"])
def test_public_address_without_sign_in_is_refused(host: str, tmp_path: Path) -> None:
    message = refuse(host, Settings("sqlite://", tmp_path, secret_key="k" * 32))

    assert "TASKANCHOR_PASSWORD_HASH" in message
    assert repr(host) in message


def test_public_address_without_secret_key_is_refused(tmp_path: Path) -> None:
    settings = Settings("sqlite://", tmp_path, password_hash=hash_password("a"))

    assert "TASKANCHOR_SECRET_KEY" in refuse("0.0.0.0", settings)


def test_taken_port_is_named_with_a_remedy(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        message = refuse("127.0.0.1", Settings("sqlite://", tmp_path), port)

    assert f"port {port}" in message
    assert "--port" in message


def test_impossible_port_is_refused(tmp_path: Path) -> None:
    assert "70000" in refuse("127.0.0.1", Settings("sqlite://", tmp_path), 70_000)


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_server_and_worker(signal_number: signal.Signals, tmp_path: Path) -> None:
    worker_file = tmp_path / "worker"
    command = [sys.executable, "-c", WITH_WORKER, str(SCRIPT), WORKER, str(worker_file)]
    with app_server(tmp_path, command=command) as server:
        assert health_status(server) == 200
        server.process.send_signal(signal_number)
        code = server.process.wait(30)

    assert code == 0
    assert not Path(f"/proc/{worker_file.read_text()}").exists()


def test_public_address_with_sign_in_and_key_is_served(tmp_path: Path) -> None:
    env = {
        "TASKANCHOR_PASSWORD_HASH": hash_password("a"),
        "TASKANCHOR_SECRET_KEY": "k" * 32,
    }
    with app_server(tmp_path, script=SCRIPT, host="0.0.0.0", env=env) as server:
        assert health_status(server) == 200

    assert not (tmp_path / "secret.key").exists()


def test_plain_streamlit_run_listens_on_loopback_only() -> None:
    """`streamlit run app.py` takes its address from .streamlit/config.toml."""
    code = "from streamlit import config; print(config.get_option('server.address'))"
    shown = subprocess.run(
        [sys.executable, "-c", code],
        cwd=PROJECT_DIR,
        capture_output=True,
        text=True,
        check=True,
        env={key: value for key, value in os.environ.items() if not key.startswith("STREAMLIT_")},
    )

    assert shown.stdout.strip() == "127.0.0.1"


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("::1", "http://[::1]:80"),
        ("0.0.0.0", "http://localhost:80"),
        ("::", "http://localhost:80"),
    ],
)
def test_local_address_can_be_typed_into_a_browser(host: str, address: str) -> None:
    assert local_address(host, 80) == address
