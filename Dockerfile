# Kometa Preview on the official Kometa image: Kometa's code and its Python requirements are left as they are.
#   docker build -t kometa-preview .
#   docker build --build-arg KOMETA_IMAGE=docker.io/kometateam/kometa:v2.4.3 -t kometa-preview .
# Full names: Podman has no default registry.
ARG KOMETA_IMAGE=docker.io/kometateam/kometa:v2.4.4
ARG NODE_IMAGE=docker.io/library/node:22-bookworm-slim

# Node's program comes from here. It is a stage, because COPY --from takes no build argument.
FROM ${NODE_IMAGE} AS node

# Production dependencies, for the platform of this image (sharp has a binary for each).
FROM ${NODE_IMAGE} AS dependencies
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund

# The build needs more packages; none of them gets into the image.
FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.web.json vite.config.ts vite.cli.config.ts ./
COPY src ./src
COPY web ./web
COPY scripts/prune-build.ts ./scripts/
RUN npm run build

FROM ${KOMETA_IMAGE}
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=dependencies /build/node_modules /opt/kometa-preview/node_modules
COPY --from=build /build/dist /opt/kometa-preview/dist
COPY src/demo/files /opt/kometa-preview/src/demo/files
COPY src/kometa/python/*.py /opt/kometa-preview/src/kometa/python/
COPY package.json README.md LICENSE CHANGELOG.md /opt/kometa-preview/
COPY container/entrypoint.sh container/healthcheck.mjs /opt/kometa-preview/container/

# The build fails here rather than the image later: Kometa is in its place, its init and Node start. The link lets
# `docker exec ... kometa-preview doctor` use the same entry point as the container itself.
RUN test -f /kometa.py || test -f /app/kometa.py \
 && test -x /tini \
 && setpriv --version \
 && node --version \
 && chmod 755 /opt/kometa-preview/container/entrypoint.sh \
 && ln -s /opt/kometa-preview/container/entrypoint.sh /usr/local/bin/kometa-preview

# PUID and PGID: the user that everything runs as. Kometa's own image has its code in /, others in /app.
ENV NODE_ENV=production \
    KOMETA_PREVIEW_DATA=/data \
    KOMETA_PREVIEW_IMAGE_KOMETA=/app:/ \
    PUID=1000 \
    PGID=1000

VOLUME ["/data", "/jobs"]
EXPOSE 8787
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "/opt/kometa-preview/container/healthcheck.mjs"]

ARG VERSION=0.1.0
ARG REVISION=unknown
# Repeated, because an ARG before the first FROM is unknown after it.
ARG KOMETA_IMAGE
LABEL org.opencontainers.image.title="Kometa Preview" \
      org.opencontainers.image.description="See what Kometa would draw on your Plex posters. Plex is not touched." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="${KOMETA_IMAGE}"

# The init of Kometa's image passes signals on and reaps the processes that Kometa leaves. Node as process 1 would not.
ENTRYPOINT ["/tini", "--", "/opt/kometa-preview/container/entrypoint.sh"]
CMD ["serve"]
