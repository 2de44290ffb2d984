"""Tables for a paper: booktabs, every text escaped, reasons as notes below."""

from __future__ import annotations

from collections.abc import Mapping

from core.reporting.document import Table, cell_text, reasons_of

_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
    "_": r"\_", "%": r"\%", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "–": "--", "—": "---", "≥": r"$\geq$", "≤": r"$\leq$", "×": r"$\times$", "−": "$-$",
    "κ": r"$\kappa$", "α": r"$\alpha$", "ε": r"$\varepsilon$", "ω": r"$\omega$", "ρ": r"$\rho$",
    "λ": r"$\lambda$",
}  # fmt: skip


def latex_text(text: str) -> str:
    """Text that LaTeX sets as it is written; line breaks become spaces."""
    return "".join(_SPECIAL.get(sign, sign) for sign in " ".join(text.split()))


def table_latex(table: Table) -> str:
    """A table environment; needs the package booktabs."""
    marks = reasons_of(table)
    kinds = "".join("r" if column.is_number else "l" for column in table.columns)
    lines = [
        "% Needs \\usepackage{booktabs}.",
        "\\begin{table}",
        "\\centering\\small",
        f"\\caption{{{latex_text(table.caption)}}}",
        f"\\label{{tab:{table.name}}}",
        f"\\begin{{tabular}}{{{kinds}}}",
        "\\toprule",
        " & ".join(latex_text(column.title) for column in table.columns) + r" \\",
        "\\midrule",
    ]
    for row in table.rows:
        cells = []
        for column, cell in zip(table.columns, row, strict=True):
            text = latex_text(cell_text(cell, column.digits))
            if isinstance(cell, Mapping) and cell.get("reason"):
                text += f"$^{{{marks[str(cell['reason'])]}}}$"
            # In brackets after \\ LaTeX would read a length.
            cells.append(f"{{{text}}}" if text.startswith("[") else text)
        lines.append(" & ".join(cells) + r" \\")
    lines += ["\\bottomrule", "\\end{tabular}"]
    notes = [latex_text(note) for note in table.notes]
    notes += [f"$^{{{mark}}}$ {latex_text(reason)}" for reason, mark in marks.items()]
    if notes:
        lines.append("\\par\\smallskip\\begin{minipage}{\\linewidth}\\footnotesize")
        lines += [f"{note}\\par" for note in notes]
        lines.append("\\end{minipage}")
    return "\n".join([*lines, "\\end{table}", ""])
