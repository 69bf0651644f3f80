"""One price of a customer minute, and the currency of what treatments cost.

The price of incidents was a setting of the process. Where it was given and the money settings say nothing, it goes on as a price
that is known exactly; where they do, theirs holds. Costs of treatments were in the company's currency.
"""

from django.conf import settings
from django.db import migrations
from django.db.models import F, Q


def keep(apps, schema_editor):
    rows = apps.get_model("risks", "MoneySettings").objects.filter(pk=1)
    price = getattr(settings, "COST_PER_CUSTOMER_MINUTE", None)
    if price is not None and float(price) > 0:
        unsaid = rows.filter(minute_low=None)
        unsaid.update(minute_low=float(price), minute_high=float(price), version=F("version") + 1)
    currency = rows.values_list("currency", flat=True).first() or ""
    costly = Q(one_off_low__isnull=False) | Q(yearly_low__isnull=False)
    apps.get_model("risks", "Treatment").objects.filter(costly).update(cost_currency=currency)


class Migration(migrations.Migration):
    dependencies = [("risks", "0005_cost_currency")]

    operations = [migrations.RunPython(keep, migrations.RunPython.noop)]
