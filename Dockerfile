# Two stages: the environment is built where a compiler may be needed, and runs where none is.
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /srv/relportal
RUN python -m venv /opt/venv
COPY requirements/uv.txt requirements/base.txt requirements/
RUN /opt/venv/bin/pip install --require-hashes -r requirements/uv.txt \
 && /opt/venv/bin/uv pip install --python /opt/venv/bin/python --require-hashes -r requirements/base.txt \
 && /opt/venv/bin/pip uninstall --yes uv
COPY . .
# Only for collecting the static files: no secret stays in the image.
RUN SECRET_KEY=build DATABASE_URL=postgres://127.0.0.1/none /opt/venv/bin/python manage.py collectstatic --noinput -v0

FROM python:3.11-slim-bookworm
RUN groupadd --gid 10001 relportal && useradd --uid 10001 --gid relportal --no-create-home --shell /usr/sbin/nologin relportal
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PROMETHEUS_MULTIPROC_DIR=/run/relportal/metrics
WORKDIR /srv/relportal
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/relportal /srv/relportal
RUN install -d -o relportal -g relportal /run/relportal/metrics
USER relportal
EXPOSE 8000
CMD ["gunicorn", "relportal.wsgi", "--config", "relportal/gunicorn.py", "--bind", "0.0.0.0:8000"]
