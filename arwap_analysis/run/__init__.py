"""Run reports: parameters checked first, notebooks executed aside, outputs moved into place whole."""

from arwap_analysis.run.differences import Differences, compare_outputs
from arwap_analysis.run.execute import Progress, RunResult, run_report
from arwap_analysis.run.limits import Limits
from arwap_analysis.run.new import new_review
from arwap_analysis.run.parameters import Parameter, notebook_parameters
from arwap_analysis.run.pdf import print_pdf
from arwap_analysis.run.spec import InputFile, Report, load_report, read_report
from arwap_analysis.run.verify import Verification, verify_output

__all__ = [
    "Differences",
    "InputFile",
    "Limits",
    "Parameter",
    "Progress",
    "Report",
    "RunResult",
    "Verification",
    "compare_outputs",
    "load_report",
    "new_review",
    "notebook_parameters",
    "print_pdf",
    "read_report",
    "run_report",
    "verify_output",
]
