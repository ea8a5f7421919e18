"""News is written once: what was said stays said, and only who said it may be forgotten."""

from django.db import migrations

STAYS = """
create function plans_news_stays() returns trigger language plpgsql as $$
begin
    if coalesce(current_setting('plans.thawed', true), '') = 'on' then
        return coalesce(new, old);
    end if;
    if tg_op = 'UPDATE' and to_jsonb(new) - 'by_id' = to_jsonb(old) - 'by_id' and new.by_id is null then
        return new;
    end if;
    raise exception 'News never changes; a mistake gets another update.' using errcode = 'restrict_violation';
end $$;
create trigger plans_statusupdate_stays before update or delete on plans_statusupdate
    for each row execute function plans_news_stays();
"""
MOVES = """
drop trigger plans_statusupdate_stays on plans_statusupdate;
drop function plans_news_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("plans", "0005_comments_followed_and_found")]

    operations = [migrations.RunSQL(STAYS, MOVES)]
