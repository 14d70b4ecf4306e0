# The dashboard in a container: not root, one folder to write to.
#
#   docker build -t papermap .
#   docker run --rm -p 8501:8501 -v ./my-map:/maps/my-map:ro --read-only --tmpfs /tmp papermap /maps/my-map
#
# Without a map it builds and shows the bundled sample.

FROM python:3.12-slim AS build
RUN pip install --no-cache-dir uv==0.13.8
WORKDIR /app
ENV UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
# The libraries first: they change less often than the code.
COPY pyproject.toml uv.lock README.md LICENSE ./
RUN uv sync --locked --no-dev --extra login --no-install-project
COPY .streamlit/config.toml .streamlit/config.toml
COPY topics topics
COPY dashboard dashboard
RUN uv sync --locked --no-dev --extra login --no-editable

FROM python:3.12-slim
RUN useradd --system --uid 10001 --no-create-home papermap \
    && install -d -o papermap /data
COPY --from=build /app/.venv /app/.venv
ENV PATH=/app/.venv/bin:$PATH \
    HOME=/tmp \
    PAPERMAP_CACHE=/data \
    PYTHONDONTWRITEBYTECODE=1
USER papermap
WORKDIR /data
VOLUME /data
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=90s CMD ["python", "-c", \
    "import urllib.request; urllib.request.urlopen('http://localhost:8501/healthz', timeout=4)"]
ENTRYPOINT ["papermap", "serve", "--host", "0.0.0.0", "--port", "8501", "--no-browser", "--read-only"]
