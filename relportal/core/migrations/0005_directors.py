"""A role between service owners and executives: engineering directors, of one or several teams."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0004_notifications'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='membership',
            name='membership_scope',
        ),
        migrations.AlterField(
            model_name='membership',
            name='role',
            field=models.CharField(choices=[('viewer', 'Viewer'), ('responder', 'Responder'), ('service_owner', 'Service owner'), ('director', 'Engineering director'), ('reliability_lead', 'Reliability lead'), ('executive', 'Executive'), ('auditor', 'Auditor'), ('admin', 'Administrator')], max_length=20, verbose_name='role'),
        ),
        migrations.AlterField(
            model_name='membershipevent',
            name='role',
            field=models.CharField(choices=[('viewer', 'Viewer'), ('responder', 'Responder'), ('service_owner', 'Service owner'), ('director', 'Engineering director'), ('reliability_lead', 'Reliability lead'), ('executive', 'Executive'), ('auditor', 'Auditor'), ('admin', 'Administrator')], max_length=20, verbose_name='role'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('role__in', ('service_owner', 'director', 'responder')), ('team__isnull', False)), models.Q(models.Q(('role__in', ('service_owner', 'director', 'responder')), _negated=True), ('team__isnull', True)), _connector='OR'), name='membership_scope', violation_error_message='Service owner, director and responder are roles in a team; all other roles are held for the company.'),
        ),
    ]
