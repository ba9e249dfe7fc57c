using System.Diagnostics;
using System.Text.RegularExpressions;
using Tessera.Releasing;

namespace Tessera.Cli.Releasing;

/// <summary>Pushes a service's image and says by which digest it is known from then on.</summary>
internal static partial class PublishImage
{
    private static readonly TimeSpan _timeout = TimeSpan.FromMinutes(20);

    public static async Task<int> RunAsync(
        Repository repository, Releasable service, string image, CancellationToken stop)
    {
        var words = Words(service, Versions.Read(repository, service), image);
        var start = new ProcessStartInfo("dotnet", words)
        {
            WorkingDirectory = repository.Root, RedirectStandardOutput = true,
        };
        using var publish = Process.Start(start)!;
        var said = publish.StandardOutput.ReadToEndAsync(CancellationToken.None);
        if (!await Processes.WaitOrKillAsync(publish, _timeout, stop) || publish.ExitCode != 0)
            throw new UserError($"{service.Name} was not published: {(await said).Trim().ReplaceLineEndings(" ")}");
        if (Digest().Match(await said) is not { Success: true } digest)
            throw new UserError($"{service.Name} was pushed to {image}, and the build said no digest.");
        Console.WriteLine($"{image}@{digest.Value}");
        if (Environment.GetEnvironmentVariable("GITHUB_OUTPUT") is { Length: > 0 } outputs)
            await File.AppendAllTextAsync(outputs, $"digest={digest.Value}\n", stop);
        return ExitCodes.Ok;
    }

    internal static IReadOnlyList<string> Words(Releasable service, Version version, string image)
    {
        if (image.Split('/', 2) is not [{ Length: > 0 } host, { Length: > 0 } path] || !IsHost().IsMatch(host))
            throw new UserError($"--publish takes HOST/PATH, such as ghcr.io/tea/orders, not '{image}'.",
                ExitCodes.Usage);
        return
        [
            "publish", service.ProjectFile, "-c", "Release", "-t:PublishContainer", "-p:ContainerRegistry=" + host,
            // Registries take small letters only, and an owner may have others.
            "-p:ContainerRepository=" + path.ToLowerInvariant(), $"-p:ContainerImageTag={version}",
            "-getProperty:GeneratedContainerDigest",
        ];
    }

    [GeneratedRegex(@"sha256:[0-9a-f]{64}")]
    private static partial Regex Digest();

    [GeneratedRegex(@"^[\w.-]+(?::[0-9]+)?\z")]
    private static partial Regex IsHost();
}
