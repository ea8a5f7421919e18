# One image for web, worker, beat and migrate; docker-compose.yml says which does what.
FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    DJANGO_SETTINGS_MODULE=partnerships.settings \
    STATIC_ROOT=/app/staticfiles \
    PORTAL_STATE=/var/lib/portal \
    JOURNAL_DIR=/var/lib/portal/journals

# The folders are made here so that a named volume mounted on them begins with their owner.
RUN useradd --system --create-home --home-dir /var/lib/portal portal \
    && mkdir -p /var/lib/portal/journals /var/lib/portal/beat \
    && chown -R portal:portal /var/lib/portal

WORKDIR /app
COPY requirements/server.txt requirements/server.txt
RUN pip install --require-hashes --compile -r requirements/server.txt

COPY . .
# Static files are hashed and compressed into the image; these values serve the build alone.
RUN SECRET_KEY=for-the-build-only-not-used-by-any-process-that-answers \
    ALLOWED_HOSTS=localhost SITE_URL=https://localhost \
    DATABASE_URL=postgres://build@localhost/build REDIS_URL=redis://localhost:6379 \
    python manage.py collectstatic --noinput \
    && python -m compileall -q .

USER portal
EXPOSE 8000
CMD ["gunicorn", "-c", "deploy/gunicorn.py", "partnerships.wsgi:application"]
