
import datetime
import django.db.models.constraints
import django.db.models.deletion
import django.db.models.functions.comparison
import django.utils.timezone
import plans.models.plan
import uuid
import vocabularies.text
from django.conf import settings
from django.db import migrations, models


# Published words never change: not through the ORM (plans/structure/frozen.py), and not past it.
# The one exception is that a person who leaves is taken out of `published_by`.
FREEZE = """
create function plans_refuse_change() returns trigger language plpgsql as $$
begin
    if coalesce(current_setting('plans.thawed', true), '') = 'on' then
        return coalesce(new, old);
    end if;
    if tg_op = 'UPDATE' and to_jsonb(new) - 'published_by_id' = to_jsonb(old) - 'published_by_id'
       and to_jsonb(new) ->> 'published_by_id' is null then
        return new;
    end if;
    raise exception 'A published version never changes.' using errcode = 'restrict_violation';
end $$;
create trigger plans_planversion_frozen before update or delete on plans_planversion
    for each row execute function plans_refuse_change();
create trigger plans_versionitem_frozen before update or delete on plans_versionitem
    for each row execute function plans_refuse_change();
"""
THAW = """
drop trigger plans_planversion_frozen on plans_planversion;
drop trigger plans_versionitem_frozen on plans_versionitem;
drop function plans_refuse_change();
"""

class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0003_sent_again'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='WorkGroup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(help_text='Two or three letters, such as ET', max_length=6, unique=True)),
                ('name', models.CharField(max_length=80, validators=[vocabularies.text.plain_line])),
                ('contact_name', models.CharField(blank=True, max_length=80, validators=[vocabularies.text.plain_line])),
                ('contact_email', models.EmailField(blank=True, max_length=254)),
                ('position', models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                'ordering': ['position', 'code'],
            },
        ),
        migrations.CreateModel(
            name='Plan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=120, validators=[vocabularies.text.plain_line])),
                ('period', models.CharField(blank=True, max_length=40, validators=[vocabularies.text.plain_line])),
                ('purpose', models.CharField(blank=True, help_text='Ends the first sentence: “so that learners meet employers before they finish”', max_length=200, validators=[vocabularies.text.plain_line])),
                ('level_names', models.JSONField(default=plans.models.plan.three_levels, validators=[plans.models.plan.validate_levels])),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('open', 'Open for comment'), ('answering', 'Answering comments'), ('adopted', 'Adopted'), ('superseded', 'Superseded')], default='draft', max_length=12)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'open', 'answering', 'adopted', 'superseded'])), name='plan_state_known')],
            },
        ),
        migrations.CreateModel(
            name='Item',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('among', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Coalesce('parent', models.Value(uuid.UUID('00000000-0000-0000-0000-000000000000'), output_field=models.UUIDField())), output_field=models.UUIDField())),
                ('position', models.PositiveIntegerField(blank=True, help_text='Empty once retired', null=True)),
                ('handle', models.CharField(blank=True, help_text='A word or two that people call it by, such as Connections', max_length=60, validators=[vocabularies.text.plain_line])),
                ('statement', models.CharField(help_text='What shall be, in one sentence', max_length=300, validators=[vocabularies.text.plain_line])),
                ('text', models.TextField(blank=True, max_length=20000)),
                ('text_html', models.TextField(blank=True, editable=False)),
                ('evidence', models.TextField(blank=True, max_length=5000)),
                ('evidence_html', models.TextField(blank=True, editable=False)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
                ('changed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='plans.item')),
                ('retired_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='plans.plan')),
            ],
        ),
        migrations.CreateModel(
            name='CommentWindow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('opens_at', models.DateTimeField()),
                ('closes_at', models.DateTimeField()),
                ('item', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='windows', to='plans.item')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='windows', to='plans.plan')),
            ],
        ),
        migrations.CreateModel(
            name='PlanVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('stage', models.CharField(choices=[('comment', 'For comment'), ('adopted', 'Adopted')], max_length=10)),
                ('changelog', models.TextField(blank=True, max_length=5000)),
                ('changelog_html', models.TextField(blank=True)),
                ('published_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('published_by_name', models.CharField(blank=True, max_length=80)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='plans.plan')),
                ('published_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Comment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(help_text="The item's number in that version", max_length=19)),
                ('text', models.TextField(max_length=5000)),
                ('text_html', models.TextField(editable=False)),
                ('name', models.CharField(max_length=80, validators=[vocabularies.text.plain_line], verbose_name='your name')),
                ('email', models.EmailField(max_length=254, verbose_name='e-mail')),
                ('organization_name', models.CharField(blank=True, max_length=120, validators=[vocabularies.text.plain_line], verbose_name='organization you represent')),
                ('kind', models.CharField(blank=True, choices=[('employer', 'Employer'), ('provider', 'College, school or training provider'), ('center', 'Career or workforce center'), ('agency', 'Public agency'), ('community', 'Community or labor organization'), ('other', 'Another kind')], max_length=12, verbose_name='kind of organization')),
                ('relation', models.CharField(choices=[('works', 'I work there'), ('leads', 'I own or lead it'), ('studies', 'I study or train there'), ('member', 'I am a member or volunteer'), ('self', 'I speak for myself')], default='self', max_length=10, verbose_name='how you belong to it')),
                ('shown', models.CharField(choices=[('all', 'My name and organization'), ('organization', 'My organization only'), ('words', 'Only the words')], default='all', max_length=12, verbose_name='what may be shown')),
                ('state', models.CharField(choices=[('unconfirmed', 'Not confirmed yet'), ('waiting', 'Waiting to be read'), ('published', 'Published'), ('declined', 'Not shown'), ('withdrawn', 'Withdrawn')], default='unconfirmed', max_length=12)),
                ('held_for', models.JSONField(blank=True, default=list, help_text='What the moderator is told')),
                ('sender', models.CharField(blank=True, help_text='Keyed hash of the address', max_length=64)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('confirm_hash', models.CharField(max_length=64, unique=True)),
                ('confirm_sent_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('changed_at', models.DateTimeField(blank=True, help_text='By its author', null=True)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('reason', models.CharField(blank=True, choices=[('advertising', 'It advertises something'), ('off-topic', 'It is not about this plan'), ('abuse', 'It insults or threatens somebody'), ('private', 'It tells private things about a person'), ('student', 'It tells who a student is'), ('duplicate', 'The same words were sent before')], max_length=12)),
                ('reason_words', models.CharField(blank=True, max_length=500)),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organization', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='plan_comments', to='accounts.organization')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='comments', to='plans.item')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='comments', to='plans.planversion')),
            ],
        ),
        migrations.CreateModel(
            name='VersionItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order', models.PositiveIntegerField(help_text='In reading order, from 1')),
                ('depth', models.PositiveSmallIntegerField()),
                ('number', models.CharField(max_length=19)),
                ('handle', models.CharField(blank=True, max_length=60)),
                ('statement', models.CharField(max_length=300)),
                ('text', models.TextField(blank=True)),
                ('text_html', models.TextField(blank=True)),
                ('evidence', models.TextField(blank=True)),
                ('evidence_html', models.TextField(blank=True)),
                ('roles', models.JSONField(default=list)),
                ('actions', models.JSONField(default=list)),
                ('cites', models.JSONField(default=list)),
                ('changes', models.PositiveSmallIntegerField(default=0, help_text='How many things differ from the version before')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='frozen', to='plans.item')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='plans.versionitem')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='plans.planversion')),
            ],
            options={
                'ordering': ['order'],
            },
        ),
        migrations.CreateModel(
            name='RoleAssignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('lead', 'Lead'), ('support', 'Support'), ('advisory', 'Advisory')], max_length=10)),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='roles', to='plans.item')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='roles', to='plans.workgroup')),
            ],
        ),
        migrations.CreateModel(
            name='Action',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('position', models.PositiveIntegerField(blank=True, help_text='Empty once retired', null=True)),
                ('text', models.TextField(max_length=300, validators=[vocabularies.text.plain_line])),
                ('status', models.CharField(choices=[('done', 'Done'), ('progress', 'In progress'), ('risk', 'At risk'), ('not-started', 'Not started')], default='not-started', max_length=12)),
                ('status_on', models.DateField(blank=True, help_text='Day of the last change', null=True)),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='actions', to='plans.item')),
            ],
            options={
                'ordering': ['position'],
                'constraints': [models.UniqueConstraint(deferrable=django.db.models.constraints.Deferrable['DEFERRED'], fields=('item', 'position'), name='one_action_a_place', violation_error_message='Another action stands at this place.'), models.CheckConstraint(condition=models.Q(models.Q(('position__isnull', False), ('retired_at__isnull', True)), models.Q(('position__isnull', True), ('retired_at__isnull', False)), _connector='OR'), name='action_stands_or_is_retired', violation_error_message='An action has a place until it is retired.'), models.CheckConstraint(condition=models.Q(('status__in', ['done', 'progress', 'risk', 'not-started'])), name='action_status_known'), models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='action_says_something', violation_error_message='Write what is to be done.')],
            },
        ),
        migrations.AddConstraint(
            model_name='item',
            constraint=models.UniqueConstraint(deferrable=django.db.models.constraints.Deferrable['DEFERRED'], fields=('plan', 'among', 'position'), name='one_item_a_place', violation_error_message='Another item stands at this place.'),
        ),
        migrations.AddConstraint(
            model_name='item',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('position__isnull', False), ('retired_at__isnull', True)), models.Q(('position__isnull', True), ('retired_at__isnull', False)), _connector='OR'), name='item_stands_or_is_retired', violation_error_message='An item has a place until it is retired.'),
        ),
        migrations.AddConstraint(
            model_name='item',
            constraint=models.CheckConstraint(condition=models.Q(('statement', ''), _negated=True), name='item_says_something', violation_error_message='Write what shall be, in one sentence.'),
        ),
        migrations.AddConstraint(
            model_name='item',
            constraint=models.CheckConstraint(condition=models.Q(('parent', models.F('id')), _negated=True), name='item_not_its_own_parent', violation_error_message='An item cannot stand under itself.'),
        ),
        migrations.AddConstraint(
            model_name='commentwindow',
            constraint=models.CheckConstraint(condition=models.Q(('closes_at__gt', models.F('opens_at'))), name='window_closes_after_it_opens', violation_error_message='Choose a closing time after the opening time.'),
        ),
        migrations.AddConstraint(
            model_name='commentwindow',
            constraint=models.CheckConstraint(condition=models.Q(('closes_at__lte', datetime.datetime(2100, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)), ('opens_at__gte', datetime.datetime(2000, 1, 1, 0, 0, tzinfo=datetime.timezone.utc))), name='window_in_our_time', violation_error_message='Choose a closing time within the next years.'),
        ),
        migrations.AddConstraint(
            model_name='planversion',
            constraint=models.UniqueConstraint(fields=('plan', 'number'), name='one_version_a_number', violation_error_message='Somebody published this version a moment ago.'),
        ),
        migrations.AddConstraint(
            model_name='planversion',
            constraint=models.CheckConstraint(condition=models.Q(('stage__in', ['comment', 'adopted'])), name='stage_known'),
        ),
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(fields=['item', 'state', 'id'], name='comment_of_item'),
        ),
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(fields=['state', 'confirmed_at'], name='comment_queue'),
        ),
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(fields=['sender', 'created_at'], name='comment_sender'),
        ),
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(fields=['email', 'confirm_sent_at'], name='comment_address'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['unconfirmed', 'waiting', 'published', 'declined', 'withdrawn'])), name='comment_state_known'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'unconfirmed'), ('confirmed_at__isnull', False), _connector='OR'), name='comment_confirmed_before_read', violation_error_message='Its author has not confirmed this comment.'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'declined'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='a_declined_comment_has_a_reason', violation_error_message='Choose the reason, so that the author can be told.'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['published', 'declined']), _negated=True), ('decided_at__isnull', False), _connector='OR'), name='a_decision_has_a_day'),
        ),
        migrations.AddConstraint(
            model_name='versionitem',
            constraint=models.UniqueConstraint(fields=('version', 'item'), name='one_item_a_version'),
        ),
        migrations.AddConstraint(
            model_name='versionitem',
            constraint=models.UniqueConstraint(fields=('version', 'number'), name='one_number_a_version'),
        ),
        migrations.AddConstraint(
            model_name='versionitem',
            constraint=models.UniqueConstraint(fields=('version', 'order'), name='one_order_a_version'),
        ),
        migrations.AddConstraint(
            model_name='versionitem',
            constraint=models.CheckConstraint(condition=models.Q(('depth__gte', 1), ('depth__lte', 5)), name='five_levels_at_most', violation_error_message='A plan has at most five levels.'),
        ),
        migrations.AddConstraint(
            model_name='roleassignment',
            constraint=models.UniqueConstraint(fields=('item', 'group'), name='one_role_a_group', violation_error_message='A work group has one role in an item.'),
        ),
        migrations.AddConstraint(
            model_name='roleassignment',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['lead', 'support', 'advisory'])), name='role_known'),
        ),
        migrations.RunSQL(FREEZE, THAW),
    ]
