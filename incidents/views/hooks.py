"""Where other tools send to: checked, kept and answered at once; reading happens in the background."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.http.request import UnreadablePostError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from incidents.actions.deliveries import receive
from incidents.actions.integrations import valid_secrets
from incidents.models import Integration
from incidents.webhooks import HOOKS
from relportal.core import units
from relportal.core.exceptions import Unavailable

MAX_BYTES = 20_000_000


@csrf_exempt
@login_not_required
@require_POST
def hook(request: HttpRequest, slug: str) -> JsonResponse:
    """202 for whatever bears the secret, also for what cannot be read later; 401 without it; 413 above 20 MB.

    The secret never stands in the address, which proxies write into logs.
    """
    at = timezone.now()
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and int(length) > MAX_BYTES:
        return _too_large()
    integration = Integration.objects.filter(slug=slug).first()
    if integration is None:
        return _answer(404, _("There is no integration of this name: copy its address again."))
    if integration.kind not in HOOKS:
        return _answer(503, _("The plug-in of this integration is missing."))
    try:
        body = request.read(MAX_BYTES + 1)
    except UnreadablePostError:
        return _answer(400, _("The body was cut on its way."))
    if len(body) > MAX_BYTES:
        return _too_large()
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        secrets = valid_secrets(integration, at=at)
    except Unavailable as error:
        return _answer(503, str(error))
    if not HOOKS[integration.kind].verify(headers, body, secrets):
        return _answer(401, _("The secret or the signature is wrong: paste the secret of this integration again."))
    received = receive(integration, headers, body, at=at)
    return JsonResponse({"delivery": received.delivery.pk, "duplicate": received.duplicate}, status=202)


def _too_large() -> JsonResponse:
    return _answer(413, _("At most %(most)s are read.") % {"most": units.data_size(MAX_BYTES)})


def _answer(status: int, detail: str) -> JsonResponse:
    return JsonResponse({"detail": detail}, status=status)
