"""Roles and statuses are data of each plan: a key that its plan does not have is refused, and what
was frozen before learns the words that it was shown with."""

from django.db import migrations

KNOWN = """
create function plans_refuse_unknown_role() returns trigger language plpgsql as $$
begin
    if not exists (
        select from plans_item item join plans_plan plan on plan.id = item.plan_id
        where item.id = new.item_id and plan.roles @> jsonb_build_array(jsonb_build_object('key', new.role))
    ) then
        raise exception 'The plan has no such role.' using errcode = 'check_violation', constraint = 'role_known';
    end if;
    return new;
end $$;
create trigger plans_role_known before insert or update of role, item_id on plans_roleassignment
    for each row execute function plans_refuse_unknown_role();

create function plans_refuse_unknown_status() returns trigger language plpgsql as $$
begin
    if not exists (
        select from plans_item item join plans_plan plan on plan.id = item.plan_id
        where item.id = new.item_id and plan.statuses @> jsonb_build_array(jsonb_build_object('key', new.status))
    ) then
        raise exception 'The plan has no such status.' using errcode = 'check_violation', constraint = 'action_status_known';
    end if;
    return new;
end $$;
create trigger plans_status_known before insert or update of status, item_id on plans_action
    for each row execute function plans_refuse_unknown_status();

create function plans_refuse_to_forget() returns trigger language plpgsql as $$
begin
    if exists (
        select from plans_roleassignment held join plans_item item on item.id = held.item_id
        where item.plan_id = new.id
          and not new.roles @> jsonb_build_array(jsonb_build_object('key', held.role))
    ) or exists (
        select from plans_action action join plans_item item on item.id = action.item_id
        where item.plan_id = new.id
          and not new.statuses @> jsonb_build_array(jsonb_build_object('key', action.status))
    ) then
        raise exception 'A role or status that is in use cannot go.' using errcode = 'check_violation', constraint = 'used_words_stay';
    end if;
    return new;
end $$;
create trigger plans_used_words_stay before update of roles, statuses on plans_plan
    for each row execute function plans_refuse_to_forget();
"""
UNKNOWN = """
drop trigger plans_role_known on plans_roleassignment;
drop trigger plans_status_known on plans_action;
drop trigger plans_used_words_stay on plans_plan;
drop function plans_refuse_unknown_role();
drop function plans_refuse_unknown_status();
drop function plans_refuse_to_forget();
"""
WORDS = """
set local plans.thawed = 'on';
update plans_versionitem set
    roles = (
        select coalesce(jsonb_agg(held || jsonb_build_object(
            'word', initcap(held ->> 'role'),
            'letter', upper(left(held ->> 'role', 1)),
            'leads', held ->> 'role' = 'lead'
        ) order by place), '[]')
        from jsonb_array_elements(roles) with ordinality as one (held, place)
    ),
    actions = (
        select coalesce(jsonb_agg(action || jsonb_build_object(
            'tone', action ->> 'status',
            'word', case action ->> 'status'
                when 'done' then 'Done' when 'progress' then 'In progress'
                when 'risk' then 'At risk' else 'Not started' end
        ) order by place), '[]')
        from jsonb_array_elements(actions) with ordinality as one (action, place)
    );
set local plans.thawed = 'off';
"""


class Migration(migrations.Migration):
    dependencies = [("plans", "0003_whole_plan")]

    operations = [
        migrations.RunSQL(KNOWN, UNKNOWN),
        migrations.RunSQL(WORDS, migrations.RunSQL.noop),
    ]
