# What answers: Rasa with the dialogue and the actions. From the project's root, about four minutes, most of it training:
#   docker build -f deploy/assistant.Dockerfile -t concierge-assistant .
# It has no address but its health, on the container's own loopback. Runs as it is with a read-only root.

FROM python:3.10-slim-bookworm AS packages
COPY requirements-uv.txt requirements.txt /build/
RUN python -m venv /build/uv \
    && /build/uv/bin/pip install --no-cache-dir --require-hashes -r /build/requirements-uv.txt \
    && python -m venv --without-pip /opt/concierge \
    && VIRTUAL_ENV=/opt/concierge /build/uv/bin/uv pip sync --compile-bytecode --require-hashes /build/requirements.txt

FROM packages AS model
WORKDIR /srv/concierge
COPY pyproject.toml requirements.txt config.yml domain.yml endpoints.yml credentials.yml ./
COPY data ./data
COPY concierge ./concierge
COPY actions ./actions
RUN /opt/concierge/bin/python concierge/rasa_runtime/startup.py \
    && mkdir models && RASA_TELEMETRY_ENABLED=false /opt/concierge/bin/python -m concierge train

FROM python:3.10-slim-bookworm
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin concierge \
    && install -d -o concierge -g concierge -m 0700 /var/lib/concierge
COPY --from=model /opt/concierge /opt/concierge
WORKDIR /srv/concierge
# Whoever checked it out may have a umask that leaves the image's user nothing to read.
COPY --chmod=0755 pyproject.toml requirements.txt config.yml domain.yml endpoints.yml credentials.yml ./
COPY --chmod=0755 data ./data
COPY --chmod=0755 concierge ./concierge
COPY --chmod=0755 actions ./actions
COPY --from=model /srv/concierge/models ./models
ENV CONCIERGE_VAR=/var/lib/concierge \
    CONCIERGE_DEMO=false \
    CONCIERGE_LOG_FORMAT=json \
    HOME=/tmp \
    MALLOC_ARENA_MAX=2 \
    MPLCONFIGDIR=/tmp \
    OMP_NUM_THREADS=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    RASA_TELEMETRY_ENABLED=false \
    SQLALCHEMY_SILENCE_UBER_WARNING=1
USER 10001:10001
VOLUME ["/var/lib/concierge", "/tmp"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/opt/concierge/bin/python", "-m", "concierge"]
CMD ["assistant"]
