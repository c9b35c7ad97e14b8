FROM python:3.11-slim-bookworm AS build

# pip takes torch from its default index. Where that is a build for GPUs you do not have, name one with CPU builds:
#   docker build --build-arg PIP_EXTRA_INDEX_URL=…
ARG PIP_EXTRA_INDEX_URL=""
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore

WORKDIR /src
RUN python -m venv /opt/handrail
COPY constraints.txt ./
RUN /opt/handrail/bin/pip install --constraint constraints.txt torch
COPY pyproject.toml README.md LICENSE ./
COPY assistant assistant
COPY ingestion ingestion
COPY evals evals
COPY prompts prompts
COPY knowledge knowledge
RUN /opt/handrail/bin/pip install --constraint constraints.txt .


FROM python:3.11-slim-bookworm

RUN useradd --system --uid 10001 --home-dir /var/lib/handrail --create-home handrail
COPY --from=build /opt/handrail /opt/handrail
ENV PATH=/opt/handrail/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HANDRAIL_HOME=/var/lib/handrail \
    HANDRAIL_SERVER_HOST=0.0.0.0 \
    HANDRAIL_SERVER_PORT=8000

USER handrail
WORKDIR /var/lib/handrail
VOLUME /var/lib/handrail
EXPOSE 8000
HEALTHCHECK --start-period=3m --interval=10s --timeout=5s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/ready', timeout=4)"]
CMD ["handrail", "serve"]
