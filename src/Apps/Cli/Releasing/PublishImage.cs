using System.Diagnostics;
using System.Text.RegularExpressions;
using Tessera.Cli.Shipping;
using Tessera.Cli.Shipping.Registries;
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
        var (host, path) = Split(image);
        var digests = new List<string>();
        var process = ListedProcess.All().Single(each => each.Name == service.Name);
        foreach (var arch in _archs)
        {
            await AheadBuild.RunAsync([process.Project], arch, stop);
            digests.Add(await PushAsync(repository, service, version, image, arch, stop));
        }
        var registry = ImageRegistry.At(host, path);
        var index = await new JoinPlatforms(registry).RunAsync($"{version}", digests, stop);
        // Some ask for what is beside the index, others for what is beside the image that they run.
        var parts = await PartsList.WriteAsync(process, stop);
        foreach (var digest in digests.Prepend(index)) await parts.AttachAsync(registry, digest, stop);
        Console.WriteLine($"{host}/{path}@{index}"); // As it was pushed, to be pulled by.
        if (Environment.GetEnvironmentVariable("GITHUB_OUTPUT") is { Length: > 0 } outputs)
            await File.AppendAllTextAsync(outputs, $"digest={index}\n", stop);
        return ExitCodes.Ok;
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
