"""How PostgreSQL stores what the collector rewrites with every tick."""

from django.db import migrations

FORWARD = """
ALTER TABLE slo_status SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.5);
ALTER TABLE slo_indicatorstate SET (fillfactor = 50);
ALTER TABLE slo_sourcestate SET (fillfactor = 50);
ALTER TABLE slo_indicatorstate ALTER COLUMN checkpoint SET STORAGE EXTERNAL;
"""
BACKWARD = """
ALTER TABLE slo_status RESET (fillfactor, autovacuum_vacuum_scale_factor);
ALTER TABLE slo_indicatorstate RESET (fillfactor);
ALTER TABLE slo_sourcestate RESET (fillfactor);
ALTER TABLE slo_indicatorstate ALTER COLUMN checkpoint SET STORAGE EXTENDED;
"""


class Migration(migrations.Migration):
    dependencies = [("slo", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
