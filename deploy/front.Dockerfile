# What faces the network: the front and the desk. From the project's root:
#   docker build -f deploy/front.Dockerfile -t concierge-front .
# Runs as it is with a read-only root; what it writes (nothing that is kept) is under /var/lib/concierge and /tmp.

FROM node:22-bookworm-slim AS web
WORKDIR /build/concierge/web
COPY concierge/web/package.json concierge/web/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY concierge/web ./
COPY concierge/channels/openapi.yml ../channels/openapi.yml
COPY concierge/desk/openapi.yml ../desk/openapi.yml
COPY data /build/data
RUN npm run --silent build

FROM python:3.11-slim-bookworm AS packages
COPY requirements-uv.txt requirements-front.txt /build/
RUN python -m venv /build/uv \
    && /build/uv/bin/pip install --no-cache-dir --require-hashes -r /build/requirements-uv.txt \
    && python -m venv --without-pip /opt/concierge \
    && VIRTUAL_ENV=/opt/concierge /build/uv/bin/uv pip sync --compile-bytecode --require-hashes /build/requirements-front.txt

FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin concierge \
    && install -d -o concierge -g concierge -m 0700 /var/lib/concierge /var/lib/concierge-files
COPY --from=packages /opt/concierge /opt/concierge
WORKDIR /srv/concierge
# Whoever checked it out may have a umask that leaves the image's user nothing to read.
COPY --chmod=0755 credentials.yml ./
COPY --chmod=0755 data ./data
COPY --chmod=0755 concierge ./concierge
COPY --from=web --chmod=0755 /build/concierge/static ./concierge/static
ENV CONCIERGE_HOST=0.0.0.0 \
    CONCIERGE_VAR=/var/lib/concierge \
    CONCIERGE_DEMO=false \
    CONCIERGE_LOG_FORMAT=json \
    MALLOC_ARENA_MAX=2 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    SQLALCHEMY_SILENCE_UBER_WARNING=1
USER 10001:10001
VOLUME ["/var/lib/concierge", "/tmp"]
EXPOSE 5005 5006
STOPSIGNAL SIGTERM
ENTRYPOINT ["/opt/concierge/bin/python", "-m", "concierge"]
CMD ["front"]
