"""The Plan as a register of actions, what was reported on them, and how far they are delivered on a day."""

from arwap_analysis.registers.plan.actions import Action, PlanImport, import_plan
from arwap_analysis.registers.plan.deadline import PLAN_PUBLISHED, RULES, Deadline
from arwap_analysis.registers.plan.delivery import (
    change_between,
    count_by,
    delivery_over_time,
    status_dict,
    status_table,
)
from arwap_analysis.registers.plan.layout import Remark
from arwap_analysis.registers.plan.leads import Lead, read_leads
from arwap_analysis.registers.plan.read_deadlines import read_deadlines
from arwap_analysis.registers.plan.register import DEFAULT_REGISTER, read_register, register_file, write_register
from arwap_analysis.registers.plan.reimport import Merged, import_file, merge_actions
from arwap_analysis.registers.plan.status import STATES, ActionStatus, PlanStatus, plan_status
from arwap_analysis.registers.plan.updates import (
    DEFAULT_UPDATES,
    STATUSES,
    Update,
    add_update,
    check_updates,
    read_updates,
)

__all__ = [
    "DEFAULT_REGISTER",
    "DEFAULT_UPDATES",
    "PLAN_PUBLISHED",
    "RULES",
    "STATES",
    "STATUSES",
    "Action",
    "ActionStatus",
    "Deadline",
    "Lead",
    "Merged",
    "PlanImport",
    "PlanStatus",
    "Remark",
    "Update",
    "add_update",
    "change_between",
    "check_updates",
    "count_by",
    "delivery_over_time",
    "import_file",
    "import_plan",
    "merge_actions",
    "plan_status",
    "read_deadlines",
    "read_leads",
    "read_register",
    "read_updates",
    "register_file",
    "status_dict",
    "status_table",
    "write_register",
]
