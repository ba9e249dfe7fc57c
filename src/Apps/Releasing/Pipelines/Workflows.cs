namespace Tessera.Releasing.Pipelines;

/// <summary>The files of <c>.github/workflows</c>. What they run are the steps of <see cref="Step"/>, one by
/// one.</summary>
public static class Workflows
{
    // By commit, for a tag can be moved to another: the version that the tag meant is beside it.
    private const string Checkout = "actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2";
    private const string SetupDotnet = "actions/setup-dotnet@67a3573c9a986a3f9c594539f4ab511d57bb3ce9 # v4.3.1";
    private const string SetupNode = "actions/setup-node@49933ea5288caeca8642d1e84afbd3f7d6820020 # v4.4.0";
    private const string Upload = "actions/upload-artifact@ea165f8d65b6e75b540449e92b4886f43607fa02 # v4.6.2";
    private const string Attest = "actions/attest-build-provenance@e8998f949152b193b063cb0ec769d69d929409be # v2.4.0";
    private const string Asked = "${{ inputs.service }}";
    private const string Head = "# Written by ./tessera ci --write; docs/releasing.md says what it is for.\n";

    /// <summary>Docker pushes what it has built, and takes no word of the SDK's.</summary>
    private const string SignIn = """
              - name: sign in
                run: |
                  echo "$DOTNET_CONTAINER_REGISTRY_PWORD" | docker login ghcr.io \
                    --username "$DOTNET_CONTAINER_REGISTRY_UNAME" --password-stdin

        """;

    /// <summary>By file name.</summary>
    public static IReadOnlyDictionary<string, string> Make(Repository repository)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["service.yml"] = Head + Reusable(),
            ["publish.yml"] = Head + Publishing(),
            ["pull-request.yml"] = Head + PullRequest(),
            ["nightly.yml"] = Head + Nightly(),
        };
        foreach (var service in repository.All)
            files[service.Name + ".yml"] = Head + OfService(service, Filter.Of(repository, service));
        foreach (var project in repository.Foreign)
            files[project.ToLowerInvariant() + ".yml"] = Head + OfForeign(project, NodeOf(repository, project));
        return files;
    }

    private static string OfService(Releasable service, IReadOnlyList<string> filter) =>
        $"""
        name: {service.Name}
        on:
          push:
            branches: [main]
            tags: ["{service.Name}/v*"]
            paths:
        {string.Join('\n', filter.Select(path => $"      - \"{path}\""))}
          workflow_dispatch:
        permissions:
          contents: read
        concurrency:
          group: {service.Name}-${"{{ github.ref }}"}
          cancel-in-progress: false
        jobs:
          {service.Name}:
            permissions:
              contents: read
            uses: ./.github/workflows/service.yml
            with:
              service: {service.Name}
          publish:
            if: startsWith(github.ref, 'refs/tags/{service.Name}/v')
            needs: {service.Name}
            permissions:
              contents: read
              packages: write
              id-token: write
              attestations: write
            uses: ./.github/workflows/publish.yml
            with:
              service: {service.Name}

        """;

    /// <summary>Of a service in TypeScript, which none of the others is made of, nor it of them.</summary>
    private static string OfForeign(string project, string node)
    {
        var name = project.ToLowerInvariant();
        var paths = $"""
                paths:
                  - ".github/workflows/{name}.yml"
                  - "contracts/**"
                  - "src/Services/{project}/**"
            """;
        return $$"""
        name: {{name}}
        on:
          push:
            branches: [main]
            tags: ["{{name}}/v*"]
        {{paths}}
          pull_request:
        {{paths}}
          workflow_dispatch:
        permissions:
          contents: read
        concurrency:
          group: {{name}}-${{{ "{ github.ref }" }}}
          cancel-in-progress: false
        jobs:
          {{name}}:
            runs-on: ubuntu-24.04
            timeout-minutes: 30
            permissions:
              contents: read
            env:
              CI: "true"
            defaults:
              run:
                working-directory: src/Services/{{project}}
            steps:
              - name: checkout
                uses: {{Checkout}}
                with:
                  persist-credentials: false
              - name: node
                uses: {{SetupNode}}
                with:
                  node-version: {{node}}
              - name: install
                run: npm ci
              - name: build
                run: npm run build
              - name: test
                run: npm test
              - name: audit
                run: npm audit --audit-level=high
              - name: image
                run: docker build --build-arg "REVISION=$GITHUB_SHA" -t tessera/{{name}} .
          publish:
            if: startsWith(github.ref, 'refs/tags/{{name}}/v')
            needs: {{name}}
        {{PublishJob(name, SignIn)}}

        """;
    }

    /// <summary>What its image runs on, it is tested on.</summary>
    private static string NodeOf(Repository repository, string project)
    {
        const string argument = "ARG NODE_VERSION=";
        return File.ReadLines(repository.PathOf("src", "Services", project, "Dockerfile"))
            .First(line => line.StartsWith(argument, StringComparison.Ordinal))[argument.Length..];
    }

    private static string Reusable() =>
        $$"""
        name: service
        on:
          workflow_call:
            inputs:
              service:
                description: Which one, as ./tessera knows it.
                required: true
                type: string
        permissions:
          contents: read
        jobs:
          check:
            runs-on: ubuntu-24.04
            timeout-minutes: 45
            permissions:
              contents: read
            env:
              CI: "true"
              {{LockFiles.Property}}: "true"
              SERVICE: ${{{ "{ inputs.service }" }}}
            steps:
        {{Prepare("      ")}}
        {{Servers(ServerPackages.Redis, ServerPackages.Postgres)}}
        {{string.Join('\n', Step.Names.Select(RunStep))}}

        """;

    private static string Publishing() =>
        $$"""
        name: publish
        on:
          workflow_call:
            inputs:
              service:
                description: Which one, as ./tessera knows it.
                required: true
                type: string
        permissions:
          contents: read
        jobs:
          publish:
        {{PublishJob(Asked)}}

        """;

    /// <summary>What alone may write anything.</summary>
    /// <param name="service">Its name, or where that stands.</param>
    /// <param name="before">Further steps before the push.</param>
    private static string PublishJob(string service, string before = "") =>
        $$"""
            runs-on: ubuntu-24.04
            timeout-minutes: 30
            permissions:
              contents: read
              packages: write
              id-token: write
              attestations: write
            env:
              CI: "true"
              {{LockFiles.Property}}: "true"
              SERVICE: {{service}}
              DOTNET_CONTAINER_REGISTRY_UNAME: ${{{ "{ github.actor }" }}}
              DOTNET_CONTAINER_REGISTRY_PWORD: ${{{ "{ secrets.GITHUB_TOKEN }" }}}
              ContainerSource: ${{{ "{ github.server_url }" }}}/${{{ "{ github.repository }" }}}
              IMAGE: ghcr.io/${{{ "{ github.repository }" }}}/{{service}}
            steps:
        {{Prepare("      ")}}
              - name: release
                run: ./tessera ci "$SERVICE" --released "$GITHUB_REF_NAME"
        {{before}}      - name: publish
                id: publish
                run: ./tessera ci "$SERVICE" --publish "$IMAGE"
              - name: provenance
                uses: {{Attest}}
                with:
                  subject-name: ${{{ "{ env.IMAGE }" }}}
                  subject-digest: ${{{ "{ steps.publish.outputs.digest }" }}}
        """;

    private static string PullRequest() =>
        $$"""
        name: pull-request
        on:
          pull_request:
        permissions:
          contents: read
        jobs:
          changes:
            runs-on: ubuntu-24.04
            timeout-minutes: 15
            permissions:
              contents: read
            outputs:
              services: ${{{ "{ steps.changed.outputs.services }" }}}
            env:
              {{LockFiles.Property}}: "true"
              BASE: ${{{ "{ github.event.pull_request.base.sha }" }}}
            steps:
        {{Prepare("      ")}}
              - name: changed
                id: changed
                run: echo "services=$(./tessera ci --changed --since "$BASE")" >> "$GITHUB_OUTPUT"
          service:
            needs: changes
            if: needs.changes.outputs.services != '[]'
            strategy:
              fail-fast: false
              matrix:
                service: ${{{ "{ fromJSON(needs.changes.outputs.services) }" }}}
            permissions:
              contents: read
            uses: ./.github/workflows/service.yml
            with:
              service: ${{{ "{ matrix.service }" }}}
          # The one check to require: a pipeline that was not needed is skipped, and one that failed or was cancelled is not.
          all:
            needs: [changes, service]
            if: always()
            runs-on: ubuntu-24.04
            timeout-minutes: 5
            permissions: {}
            steps:
              - name: all are well
                env:
                  CHANGES: ${{{ "{ needs.changes.result }" }}}
                  SERVICES: ${{{ "{ needs.service.result }" }}}
                run: |
                  echo "changes: $CHANGES, services: $SERVICES"
                  test "$CHANGES" = success
                  test "$SERVICES" = success || test "$SERVICES" = skipped

        """;

    private static string Nightly() =>
        $$"""
        name: nightly
        on:
          schedule:
            - cron: "17 2 * * *"
          workflow_dispatch:
        permissions:
          contents: read
        jobs:
          whole:
            runs-on: ubuntu-24.04
            timeout-minutes: 120
            permissions:
              contents: read
            env:
              CI: "true"
            steps:
        {{Prepare("      ")}}
        {{Servers(ServerPackages.All)}}
              # As root: so the tests start containers, in the network of the machine.
              - name: test
                run: sudo --preserve-env env "PATH=$PATH" ./tessera test
              - name: results
                if: always()
                uses: {{Upload}}
                with:
                  name: test-results
                  path: artifacts/test-results/
                  if-no-files-found: warn
          # On a machine that has done nothing before.
          bench:
            runs-on: ubuntu-24.04
            timeout-minutes: 60
            permissions:
              contents: read
            env:
              CI: "true"
            steps:
        {{Prepare("      ")}}
        {{Servers(ServerPackages.RabbitMq, ServerPackages.Postgres)}}
              - name: bench
                run: |
                  dotnet run -c Release --project bench/OrderHop -- --brokers rabbitmq --floor --repetitions 3 \
                    --seconds 10 --out artifacts/order-hop.jsonl
              - name: compare
                run: ./tessera ci --compare-benches bench/results/order-hop.jsonl artifacts/order-hop.jsonl
              - name: figures
                if: always()
                uses: {{Upload}}
                with:
                  name: bench
                  path: artifacts/order-hop.jsonl
                  if-no-files-found: warn
          # What is tried in a short form wherever time is short: every service, both directions, two brokers.
          long:
            runs-on: ubuntu-24.04
            timeout-minutes: 350
            permissions:
              contents: read
            env:
              CI: "true"
            steps:
        {{Prepare("      ")}}
        {{Servers(ServerPackages.RabbitMq, ServerPackages.Postgres, ServerPackages.Java)}}
              - name: test
                run: ./tessera test --project Rolling --all

        """;

    /// <summary>Tags and all: the gate and <c>--changed</c> look back.</summary>
    private static string Prepare(string indent) =>
        $"""
        {indent}- name: checkout
        {indent}  uses: {Checkout}
        {indent}  with:
        {indent}    fetch-depth: 0
        {indent}    persist-credentials: false
        {indent}- name: sdk
        {indent}  uses: {SetupDotnet}
        {indent}  with:
        {indent}    global-json-file: global.json
        """;

    /// <summary>With <c>CI=true</c> a test fails where its server is missing. The packages' own services are not
    /// started: nobody asks them.</summary>
    private static string Servers(params IEnumerable<ServerPackage> packages)
    {
        var lines = packages.Where(package => !package.IsOnRunner).Select(package => package.Name).Chunk(6)
            .Select(names => "            " + string.Join(' ', names));
        return $"""
                  - name: servers
                    run: |
                      sudo apt-get update -qq
                      sudo env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y --no-install-recommends \
            {string.Join(" \\\n", lines)}
            """;
    }

    private static string RunStep(string name) =>
        $"""
              - name: {name}
                run: ./tessera ci "$SERVICE" --step {name}
        """;
}
