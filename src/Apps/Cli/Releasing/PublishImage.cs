using System.Diagnostics;
using System.Text.RegularExpressions;
using Tessera.Cli.Servers;
using Tessera.Cli.Shipping;
using Tessera.Cli.Shipping.Registries;
using Tessera.Cli.Up;
using Tessera.Releasing;
using Tessera.Releasing.Pipelines;

namespace Tessera.Cli.Releasing;

/// <summary>Pushes a service's images, one of each platform, under one index and with their list of parts, and says by
/// which digest it is known from then on.</summary>
internal static partial class PublishImage
{
    private static readonly string[] _archs = ["x64", "arm64"];
    private static readonly TimeSpan _timeout = TimeSpan.FromMinutes(20);

    public static async Task<int> RunAsync(
        Repository repository, Releasable service, string image, CancellationToken stop)
    {
        var version = Versions.Read(repository, service);
        var process = ListedProcess.All().Single(each => each.Name == service.Name);
        return await RunAsync(process, image, "version.txt", PushAsync, stop);

        async Task<PublishedVersion> PushAsync(ImageRegistry registry)
        {
            var digests = await PushAllAsync(repository, service, version, image, process, stop);
            return new PublishedVersion(
                await new JoinPlatforms(registry).RunAsync($"{version}", digests, stop), digests, Revision: null);
        }
    }

    /// <summary>Of a service in another language: one image, by Docker or Podman, which know the registry by a sign-in
    /// of their own.</summary>
    public static async Task<int> RunAsync(ListedProcess foreign, string image, CancellationToken stop)
    {
        var (host, path) = Split(image);
        var builder = await ForeignImage.FindBuilderAsync(stop)
            ?? throw new UserError($"{foreign.Name} was not published: neither Docker nor Podman answers here.");
        var build = new ImageBuild(host, null, "x64", null, ImageRegistry.SaysInsecure(host));
        return await RunAsync(foreign, image, "package.json", PushAsync, stop);

        async Task<PublishedVersion> PushAsync(ImageRegistry registry)
        {
            await new ForeignImage(foreign, build) { Repository = path }.PublishAsync(builder, stop);
            return await PublishedVersion.FindAsync(registry, foreign.Version, stop)
                ?? throw new UserError($"{host}/{path} does not have {foreign.Version}, which was pushed.");
        }
    }

    private static async Task<int> RunAsync(
        ListedProcess process, string image, string versionFile, Func<ImageRegistry, Task<PublishedVersion>> push,
        CancellationToken stop)
    {
        var (host, path) = Split(image);
        var index = await OnceAsync(
            ImageRegistry.At(host, path), $"{host}/{path}", process.Version, await RevisionAsync(stop), versionFile,
            push, () => PartsList.WriteAsync(process, stop), stop);
        Console.WriteLine($"{host}/{path}@{index}"); // As it was pushed, to be pulled by.
        if (Environment.GetEnvironmentVariable("GITHUB_OUTPUT") is { Length: > 0 } outputs)
            await File.AppendAllTextAsync(outputs, $"digest={index}\n", stop);
        return ExitCodes.Ok;
    }

    /// <returns>The digest of what was pushed, now or before.</returns>
    internal static async Task<string> OnceAsync(
        ImageRegistry registry, string name, string version, string revision, string versionFile,
        Func<ImageRegistry, Task<PublishedVersion>> push, Func<Task<PartsFile>> list, CancellationToken stop)
    {
        var published = await PublishedVersion.FindAsync(registry, version, stop);
        published?.RequireOf(revision, $"{name}:{version}", versionFile);
        published ??= await push(registry);
        // Some ask for what is beside the index, others for what is beside the image that they run.
        var parts = await list();
        foreach (var digest in published.Images.Prepend(published.Index).Distinct(StringComparer.Ordinal))
            await parts.AttachMissingAsync(registry, digest, stop);
        return published.Index;
    }

    private static async Task<string> RevisionAsync(CancellationToken stop) =>
        (await RunToEnd.Async(["git", "rev-parse", "HEAD"], SourceTree.Root, stop)).Trim();

    /// <returns>The images' digests.</returns>
    private static async Task<IReadOnlyList<string>> PushAllAsync(
        Repository repository, Releasable service, Version version, string image, ListedProcess process,
        CancellationToken stop)
    {
        var digests = new List<string>();
        foreach (var arch in _archs)
        {
            await AheadBuild.RunAsync([process.Project], arch, stop);
            digests.Add(await PushAsync(repository, service, version, image, arch, stop));
        }
        return digests;
    }

    /// <returns>The image's digest.</returns>
    private static async Task<string> PushAsync(
        Repository repository, Releasable service, Version version, string image, string arch, CancellationToken stop)
    {
        var start = new ProcessStartInfo("dotnet", Words(service, version, image, arch))
        {
            WorkingDirectory = repository.Root, RedirectStandardOutput = true,
        };
        using var publish = Process.Start(start)!;
        var said = publish.StandardOutput.ReadToEndAsync(CancellationToken.None);
        if (!await Processes.WaitOrKillAsync(publish, _timeout, stop) || publish.ExitCode != 0)
            throw new UserError($"{service.Name} was not published: {(await said).Trim().ReplaceLineEndings(" ")}");
        if (Digest().Match(await said) is not { Success: true } digest)
            throw new UserError($"{service.Name} was pushed to {image}, and the build said no digest.");
        return digest.Value;
    }

    /// <summary>What may be restored the pipeline's environment says (<see cref="LockFiles.Property"/>): by hand, in a
    /// tree that has been built, nothing is built again for it.</summary>
    internal static IReadOnlyList<string> Words(
        Releasable service, Version version, string image, string arch)
    {
        var (host, path) = Split(image);
        return
        [
            "publish", service.ProjectFile, "-c", "Release", "-t:PublishContainer", "-p:ContainerRegistry=" + host,
            "-p:ContainerRepository=" + path, $"-p:ContainerImageTag={version}-{arch}",
            $"-p:ImageArch={arch}", "-getProperty:GeneratedContainerDigest",
        ];
    }

    private static (string Host, string Path) Split(string image)
    {
        if (image.Split('/', 2) is not [{ Length: > 0 } host, { Length: > 0 } path] || !IsHost().IsMatch(host))
            throw new UserError($"--publish takes HOST/PATH, such as ghcr.io/tea/orders, not '{image}'.",
                ExitCodes.Usage);
        // Registries take small letters only, and an owner may have others.
        return (host.ToLowerInvariant(), path.ToLowerInvariant());
    }

    [GeneratedRegex(@"sha256:[0-9a-f]{64}")]
    private static partial Regex Digest();

    [GeneratedRegex(@"^[\w.-]+(?::[0-9]+)?\z")]
    private static partial Regex IsHost();
}
