# The server as one compiled program, on a base that has neither shell nor package manager.
# The target sample-ai is the stand-in for an AI service that compose.yaml uses.
FROM denoland/deno:2.9.6 AS build
WORKDIR /build
COPY deno.json deno.lock ./
RUN deno install --frozen
COPY . .

FROM build AS sample-ai
USER 1993:1993
CMD ["run", "--cached-only", "--allow-net", "--allow-env=HOST,PORT,PUBLIC_URL", "--allow-read=/deno-dir", "dev/sample_ai/main.ts"]

FROM build AS compile
RUN deno task compile && mkdir /data

FROM gcr.io/distroless/cc-debian12:nonroot AS server
WORKDIR /app
COPY --from=compile /build/dist/ai-queue-pipeline /usr/local/bin/ai-queue-pipeline
# For the pictures of a development stack; in production nothing is written.
COPY --from=compile --chown=65532:65532 /data /app/.data
USER 65532:65532
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["ai-queue-pipeline", "healthcheck"]
ENTRYPOINT ["ai-queue-pipeline"]
CMD ["api"]
