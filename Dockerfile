# The service and its workers in one image (BuildKit, the default since Docker 23):
#   docker build -t content-research-pipeline .
#   docker run --init -p 127.0.0.1:8000:8000 -e API_KEY=… -v crp-data:/srv/data content-research-pipeline

FROM python:3.11-slim-bookworm AS build
WORKDIR /srv
ENV UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy \
    UV_PYTHON=/usr/local/bin/python
COPY pyproject.toml uv.lock ./
# As in the Makefile, uv.lock alone says which uv this is.
RUN --mount=type=cache,target=/root/.cache \
    pip install --quiet --disable-pip-version-check --root-user-action=ignore \
        "uv==$(awk '/^name = "uv"$/ {getline; gsub(/"/, "", $3); print $3}' uv.lock)" \
    && uv sync --frozen --no-dev --quiet

FROM python:3.11-slim-bookworm
WORKDIR /srv
# These go before config.toml. Loopback would reach nobody here; without an API key any other address is refused.
ENV PATH=/srv/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    CRP_SERVER__HOST=0.0.0.0 \
    CRP_SERVER__PORT=8000 \
    CRP_STORAGE__DATA=/srv/data \
    CRP_STORAGE__REPORTS=/srv/reports
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin research \
    && install -d -o 10001 -g 10001 data reports
COPY --from=build /srv/.venv .venv
COPY config.toml ./
COPY examples/corpus examples/corpus
COPY actors actors
COPY app app
RUN python -m compileall -q actors app
USER 10001:10001
VOLUME ["/srv/data", "/srv/reports"]
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import http.client, os; c = http.client.HTTPConnection('127.0.0.1', os.environ['CRP_SERVER__PORT'], timeout=4); c.request('GET', '/health'); raise SystemExit(c.getresponse().status != 200)"]
CMD ["python", "-m", "app", "serve"]
