"""A study's report as a document: pure values in, HTML, LaTeX and CSV out."""

from core.reporting.document import Chart, Column, Document, Section, Table
from core.reporting.files import report_files
from core.reporting.study import QuestionPart, StudyReport, report_document

__all__ = [
    "Chart",
    "Column",
    "Document",
    "QuestionPart",
    "Section",
    "StudyReport",
    "Table",
    "report_document",
    "report_files",
]
