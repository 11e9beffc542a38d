# The page and the wheel are built in stages of their own; the last is what runs: no Node, no sources, not root.

FROM node:20-slim AS page
WORKDIR /build/frontend
COPY frontend/package.json frontend/package-lock.json ./
RUN npm ci --no-fund --no-audit
COPY frontend/ ./
# Vite writes to ../backend/netwright/server/page
RUN mkdir -p ../backend/netwright/server && npm run build

FROM python:3.11-slim AS packages
# A CPU-only PyTorch makes the image smaller: pass its index, --build-arg PIP_EXTRA_INDEX_URL=...
ARG PIP_EXTRA_INDEX_URL=""
ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
COPY requirements/run.lock requirements/run.lock
RUN PIP_EXTRA_INDEX_URL="$PIP_EXTRA_INDEX_URL" pip install -r requirements/run.lock

# Sources and what is built of them stay in a stage of their own: the image gets the wheel.
FROM packages AS wheel
COPY pyproject.toml README.md LICENSE ./
COPY backend/ backend/
COPY --from=page /build/backend/netwright/server/page backend/netwright/server/page
# By the setuptools of the lock, not by the newest.
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /wheels .

FROM packages AS runtime
COPY --from=wheel /wheels /wheels
RUN pip install --no-deps /wheels/*.whl \
    && useradd --create-home --uid 10001 netwright \
    && mkdir /data && chown netwright:netwright /data
USER netwright
# HOST beyond loopback is refused without NETWRIGHT_TOKEN: docker-compose.yml asks for one.
# Workers end with the container: `docker stop` gives 10 s, in which each saves its step (a longer --stop-timeout goes with a
# larger number here).
ENV NETWRIGHT_HOME=/data HOST=0.0.0.0 PORT=8000 NETWRIGHT_STOP_SECONDS=10
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f\"http://127.0.0.1:{os.environ['PORT']}/api/health\", timeout=2)"]
CMD ["netwright", "serve"]
