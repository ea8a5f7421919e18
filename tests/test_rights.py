"""Every address that is not public, by every kind of person: what it answers.

302 leads a stranger to sign-in (or a person onward), 404 where one may not know, 403 where one may
not act. An address missing from the table fails.
"""

from typing import Any

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from accounts.choices import MembershipState, StaffRole
from accounts.models import Entry, User
from plans.models import (
    GroupMember,
    Item,
    PlanImport,
    Reply,
    ResponseTemplate,
    Submission,
    WorkGroup,
)
from tests.employers.factories import EmployerFactory, ImportFactory, OpportunityFactory
from tests.employers.makers import make_remark, make_report
from tests.factories import DutyFactory, MembershipFactory, OrganizationFactory, UserFactory
from tests.outreach.factories import LetterFactory, SubscriptionFactory
from tests.plans.factories import make_comment, make_plan, open_for_comment
from tests.test_house import LIBRARIES, PUBLIC, patterns

PEOPLE = "stranger outsider recruiter evaluator moderator editor outreach administrator".split()

# name: what each of PEOPLE gets, in that order. 405: it takes POST only.
TABLE = {
    "accounts:acting_for": "302 405 405 405 405 405 405 405",
    "accounts:invitation_decide": "302 405 405 405 405 405 405 405",
    "accounts:kept_form_drop": "302 405 405 405 405 405 405 405",
    "accounts:organization_claim": "302 405 405 405 405 405 405 405",
    "accounts:organization_close": "302 403 200 403 403 403 403 200",
    "accounts:organization_invite": "302 403 200 403 403 403 403 200",
    "accounts:organization_merge": "302 403 403 403 403 403 403 200",
    "accounts:organization_reopen": "302 403 403 403 403 403 403 405",
    "accounts:account_name": "302 200 200 200 200 200 200 200",
    "accounts:account_show": "302 200 200 200 200 200 200 200",
    "accounts:membership_decide": "302 405 405 405 405 405 405 405",
    "accounts:membership_end": "302 403 200 403 403 403 403 200",
    "accounts:logo_edit": "302 403 200 403 403 403 403 403",
    "accounts:organization_edit": "302 403 200 403 403 403 403 403",
    "accounts:organization_join": "302 200 302 200 200 200 200 200",
    "accounts:organization_new": "302 200 200 200 200 200 200 200",
    "accounts:organization_people": "302 403 200 403 403 403 403 200",
    "accounts:organization_resubmit": "302 405 405 405 405 405 405 405",
    "accounts:organization_review": "302 403 403 403 403 403 403 200",
    "accounts:review_assign": "302 403 403 403 403 403 403 200",
    "accounts:review_list": "302 403 403 403 403 403 403 200",
    "accounts:welcome": "302 200 200 200 200 200 200 200",
    "desk": "302 200 200 200 200 200 200 200",
    "employers:employer_offers": "302 403 200 403 403 403 403 403",
    "employers:employer_usual": "302 403 200 403 403 403 403 403",
    "employers:import_check": "302 405 405 405 405 405 405 405",
    "employers:import_drop": "302 405 405 405 405 405 405 405",
    "employers:import_match": "302 404 200 404 404 404 404 404",
    "employers:import_refused": "302 404 200 404 404 404 404 404",
    "employers:import_run": "302 405 405 405 405 405 405 405",
    "employers:import_send": "302 405 405 405 405 405 405 405",
    "employers:import_show": "302 404 200 404 404 404 404 404",
    "employers:import_start": "302 200 200 200 200 200 200 200",
    "employers:import_undo": "302 404 302 404 404 404 404 404",
    "employers:kept_list": "302 200 200 200 200 200 200 200",
    "employers:opportunity_autosave": "302 405 405 405 405 405 405 405",
    "employers:opportunity_bulk": "302 302 302 302 302 302 302 302",
    "employers:opportunity_change": "302 404 404 404 404 404 404 404",
    "employers:employer_trust": "302 403 403 403 403 403 403 200",
    "employers:opportunity_save": "302 405 405 405 405 405 405 405",
    "employers:policy_edit": "302 403 403 200 403 403 403 200",
    "employers:remark_answer": "302 404 200 404 404 404 404 404",
    "employers:report_decide": "302 403 403 403 403 403 403 200",
    "employers:opportunity_close": "302 404 302 404 404 404 404 404",
    "employers:opportunity_coach": "302 404 200 404 404 404 404 404",
    "employers:opportunity_drop": "302 405 405 405 405 405 405 405",
    "employers:opportunity_edit": "302 404 200 404 404 404 404 404",
    "employers:opportunity_extend": "302 404 302 404 404 404 404 404",
    "employers:opportunity_mine": "302 200 200 200 200 200 200 200",
    "employers:opportunity_move": "302 405 405 405 405 405 405 405",
    "employers:opportunity_pause": "302 404 302 404 404 404 404 404",
    "employers:opportunity_post": "302 200 200 200 200 200 200 200",
    "employers:opportunity_preview": "302 404 200 404 404 404 404 404",
    "employers:opportunity_relist": "302 404 200 404 404 404 404 404",
    "employers:opportunity_review": "302 403 403 403 403 403 403 200",
    "employers:opportunity_schedule": "302 404 302 404 404 404 404 404",
    "employers:opportunity_section": "302 404 200 404 404 404 404 404",
    "employers:opportunity_send": "302 405 405 405 405 405 405 405",
    "employers:search_delete": "302 405 405 405 405 405 405 405",
    "employers:search_look": "302 405 405 405 405 405 405 405",
    "employers:search_rename": "302 404 404 404 404 404 404 404",
    "employers:search_save": "302 200 200 200 200 200 200 200",
    "outreach:digest_list": "302 403 403 403 403 403 200 200",
    "outreach:letter_list": "302 403 403 403 403 403 200 200",
    "outreach:letter_retry": "302 403 403 403 403 403 405 405",
    "outreach:letter_set_aside": "302 403 403 403 403 403 405 405",
    "outreach:letter_show": "302 403 403 403 403 403 200 200",
    "outreach:subscription_preview": "302 403 403 403 403 403 302 302",
    "outreach:subscription_send": "302 403 403 403 403 403 405 405",
    "outreach:subscription_show": "302 403 403 403 403 403 200 200",
    "plans:answer_choose": "302 403 403 403 403 200 403 200",
    "plans:answer_drop": "302 403 403 403 403 405 403 405",
    "plans:answer_edit": "302 403 403 403 403 200 403 200",
    "plans:answer_leave": "302 403 403 403 403 405 403 405",
    "plans:answer_list": "302 403 403 403 403 200 403 200",
    "plans:answer_publish": "302 403 403 403 403 200 403 200",
    "plans:answer_template_add": "302 403 403 403 403 200 403 200",
    "plans:answer_template_drop": "302 403 403 403 403 405 403 405",
    "plans:answer_template_edit": "302 403 403 403 403 200 403 200",
    "plans:answer_template_list": "302 403 403 403 403 200 403 200",
    "plans:comment_decide": "302 403 403 403 200 403 403 200",
    "plans:comment_queue": "302 403 403 403 200 403 403 200",
    "plans:comment_bulk": "302 403 403 403 302 403 403 302",
    "plans:comment_doubles": "302 403 403 403 200 403 403 200",
    "plans:comment_end_appeal": "302 403 403 403 405 403 403 405",
    "plans:comment_group": "302 403 403 403 405 403 403 405",
    "plans:comment_reply": "302 403 403 403 405 403 403 405",
    "plans:comment_ungroup": "302 403 403 403 405 403 403 405",
    "plans:reply_withdraw": "302 403 403 403 405 403 403 405",
    "plans:submission_add": "302 403 403 403 200 403 403 200",
    "plans:submission_edit": "302 403 403 403 200 403 403 200",
    "plans:submission_list": "302 403 403 403 200 403 403 200",
    "plans:submission_split": "302 403 403 403 200 403 403 200",
    "plans:group_add": "302 403 403 403 403 200 403 200",
    "plans:group_edit": "302 403 403 403 403 200 403 200",
    "plans:group_move": "302 403 403 403 403 405 403 405",
    "plans:group_remove": "302 403 403 403 403 405 403 405",
    "plans:role_words": "302 403 403 403 403 200 403 200",
    "plans:lint_show": "302 403 403 403 403 200 403 200",
    "plans:matrix_edit": "302 403 403 403 403 200 403 200",
    "plans:member_add": "302 403 403 403 403 200 403 200",
    "plans:member_edit": "302 403 403 403 403 200 403 200",
    "plans:item_find": "302 403 403 403 403 200 403 200",
    "plans:item_link": "302 403 403 403 403 405 403 405",
    "plans:item_merge": "302 403 403 403 403 200 403 200",
    "plans:item_split": "302 403 403 403 403 200 403 200",
    "plans:plan_begin": "302 403 403 403 403 302 403 302",
    "plans:plan_frame": "302 403 403 403 403 200 403 200",
    "plans:plan_next": "302 403 403 403 403 200 403 200",
    "plans:item_add": "302 403 403 403 403 200 403 200",
    "plans:item_add_root": "302 403 403 403 403 200 403 200",
    "plans:item_edit": "302 403 403 403 403 200 403 200",
    "plans:item_move": "302 403 403 403 403 405 403 405",
    "plans:import_begin": "302 403 403 403 403 200 403 200",
    "plans:import_forget": "302 403 403 403 403 405 403 405",
    "plans:import_line": "302 403 403 403 403 200 403 200",
    "plans:import_save": "302 403 403 403 403 200 403 200",
    "plans:import_show": "302 403 403 403 403 200 403 200",
    "plans:item_retire": "302 403 403 403 403 405 403 405",
    "plans:pack_make": "302 403 403 403 403 405 403 405",
    "plans:pack_wait": "302 403 403 403 403 200 403 200",
    "plans:pack_zip": "302 403 403 403 403 404 403 404",
    "plans:plan_close": "302 403 403 403 403 200 403 200",
    "plans:item_news": "302 403 403 403 403 200 403 200",
    "plans:item_milestone": "302 405 405 405 405 405 405 405",
    "plans:milestone_mark": "302 405 405 405 405 405 405 405",
    "plans:measure_add": "302 403 403 403 403 200 403 200",
    "plans:measure_edit": "302 403 403 403 403 200 403 200",
    "plans:measure_manage": "302 403 403 403 403 200 403 200",
    "plans:measure_move": "302 403 403 403 403 405 403 405",
    "plans:measure_values": "302 403 403 403 403 200 403 200",
    "plans:news_due": "302 200 200 200 200 200 200 200",
    "plans:plan_statuses": "302 403 403 403 403 200 403 200",
    "plans:plan_edit": "302 403 403 403 403 200 403 200",
    "plans:plan_publish": "302 403 403 403 403 200 403 200",
    "plans:window_add": "302 403 403 403 403 200 403 200",
    "plans:window_change": "302 403 403 403 403 200 403 200",
    "plans:window_close": "302 403 403 403 403 405 403 405",
    "plans:window_list": "302 403 403 403 403 200 403 200",
}

KINDS_OF_PLAN = ("item", "window", "measure", "milestone", "answer", "submission", "reply")
# What everybody who is signed in may send: their own account, a new organization, a draft.
EVERYBODYS = {
    "accounts:acting_for",
    "accounts:kept_form_drop",
    "accounts:account_name",
    "accounts:organization_new",
    "accounts:organization_join",
    "employers:import_start",
    "employers:opportunity_post",
    "employers:opportunity_bulk",
    "employers:search_save",
}


@pytest.fixture
def things(db: None, region: Any, company: Any, recruiter: Any, outsider: Any) -> dict[str, Any]:
    plan = make_plan()
    version = open_for_comment(plan)
    asked = OrganizationFactory(name="Pending Works", slug="pending-works")
    draft = OpportunityFactory(employer=EmployerFactory(organization=company), draft=True)
    in_review = OpportunityFactory(employer=EmployerFactory(organization=company), in_review=True)
    live = OpportunityFactory(employer=EmployerFactory(organization=company))
    returned = OpportunityFactory(employer=EmployerFactory(organization=company), returned=True)
    return {
        "organization": asked,
        "own": company,
        "draft": draft,
        "in_review": in_review,
        "item": Item.objects.get(handle="Strategy 1"),
        "comment": make_comment(version, "1.1"),
        "submission": Submission.objects.create(
            plan=plan, source="paper", said_on="2026-05-14", text="Start later."
        ),
        "reply": Reply.objects.create(
            comment=make_comment(version, "1.1"), text="We will.", by_name="Moira"
        ),
        "member": GroupMember.objects.create(group=WorkGroup.objects.get(code="ET"), name="Tam"),
        "window": version.plan.windows.get(),
        "report": make_report(live),
        "remark": make_remark(returned),
        "import": ImportFactory(employer__organization=company),
        "returned": returned,
        "plan_import": PlanImport.objects.create(
            plan=plan, tree={"parts": [{"line": 1, "said": "Roads", "kind": "item"}]}
        ),
        "letter": LetterFactory(),
        "subscription": SubscriptionFactory(),
        "answer": plan.responses.create(title="Later", disposition="not"),
        "answer_template": ResponseTemplate.objects.create(name="No", disposition="not"),
        "measure": plan.measures.create(name="Places", source="Counted"),
        "milestone": Item.objects.get(handle="Strategy 1").milestones.create(
            text="Form", due_on="2026-01-01"
        ),
        "membership": MembershipFactory(organization=company, state=MembershipState.REQUESTED),
    }


def person(name: str, recruiter: User, outsider: User) -> User | None:
    if name == "stranger":
        return None
    if name in ("recruiter", "outsider"):
        return {"recruiter": recruiter, "outsider": outsider}[name]
    role = {"editor": StaffRole.PLAN_EDITOR}.get(name, name)
    user = UserFactory(name=name.capitalize())
    DutyFactory(user=user, role=role)
    return user


def address(name: str, things: dict[str, Any]) -> str:
    """The address with the things of one company, or of an organization that waits."""
    room, _, view = name.partition(":")
    arguments: dict[str, Any] = {}
    if room == "accounts" and view.startswith(("organization_", "logo_")):
        arguments = {"slug": things["own"].slug}
        if view == "organization_review":
            arguments = {"slug": things["organization"].slug}
    if view == "review_assign":
        arguments = {"kind": "organization", "pk": things["organization"].pk}
    if view.startswith("membership_"):
        arguments = {"slug": things["own"].slug, "pk": things["membership"].pk}
    if view == "invitation_decide":
        arguments = {"slug": things["own"].slug, "pk": 1}
    if room == "employers":
        arguments = {"pk": things["in_review" if view == "opportunity_review" else "draft"].pk}
        if view == "report_decide":
            arguments = {"pk": things["report"].pk}
        if view == "remark_answer":
            arguments = {"pk": things["returned"].pk, "remark": things["remark"].pk}
        if view == "employer_trust":
            arguments = {"slug": things["own"].slug}
        if view in ("opportunity_section", "opportunity_autosave"):
            arguments["section"] = "work"
        if view == "opportunity_coach":
            arguments["rule"] = "no-occupation"
        if view == "opportunity_move":
            arguments["move"] = "archive"
        if view.startswith("employer_"):
            arguments = {"slug": things["own"].slug}
    if view.startswith("import_"):
        arguments = {"pk": things["import"].pk}
    if room == "plans":
        kind = view.partition("_")[0]
        arguments = {"pk": things[kind if kind in KINDS_OF_PLAN else "comment"].pk}
    if room == "plans" and view.startswith("import_"):
        arguments = {"pk": things["plan_import"].pk} | ({"at": 0} if view == "import_line" else {})
    if view.startswith("answer_template_"):
        arguments = {"pk": things["answer_template"].pk}
    if view in ("pack_wait", "pack_zip"):
        arguments = {"job": "0" * 8 + "-0000-4000-8000-" + "0" * 12}
    if view.startswith("group_") or view == "member_add":
        arguments = {"code": "ET"}
    if view == "member_edit":
        arguments = {"code": "ET", "pk": things["member"].pk}
    if room == "outreach":
        arguments = {"pk": things["letter" if view.startswith("letter_") else "subscription"].pk}
    try:
        return reverse(name)
    except NoReverseMatch:
        return reverse(name, kwargs=arguments)


def closed_names() -> list[str]:
    return sorted(
        {name for name, _ in patterns() if not name.startswith(LIBRARIES) and name not in PUBLIC}
    )


@pytest.mark.parametrize("who", PEOPLE)
def test_who_may_open_what(things, recruiter, outsider, who):
    client = Client()
    if user := person(who, recruiter, outsider):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    found = {name: client.get(address(name, things)).status_code for name in closed_names()}

    assert found == {name: int(row.split()[PEOPLE.index(who)]) for name, row in TABLE.items()}


@pytest.mark.parametrize("who", ["outsider", "evaluator"])
def test_nobody_acts_on_what_is_not_theirs(things, recruiter, outsider, who):
    client = Client()
    user = person(who, recruiter, outsider)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    entries = Entry.objects.count()

    found = {
        name: client.post(address(name, things), {"do": "publish", "reason": "x"}).status_code
        for name in set(TABLE) - EVERYBODYS
    }

    allowed = {name: status for name, status in found.items() if status not in (403, 404, 405)}
    assert allowed == {}
    assert Entry.objects.count() == entries
