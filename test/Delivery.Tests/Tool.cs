using System.Diagnostics;
using Tessera.Delivery.Tests.Containers;
using Tessera.Testing;
using Tessera.Testing.Servers;

namespace Tessera.Delivery.Tests;

/// <summary>Programs that the machine has, or has not.</summary>
internal static class Tool
{
    private static readonly TimeSpan timeMax = TimeSpan.FromMinutes(5);

    public static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Concat(["/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/lib/podman"])
        .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>Skips the test where one of them is missing; fails it in CI.</summary>
    public static void Require(params string[] names)
    {
        var missing = names.Where(name => Find(name) is null).ToList();
        if (missing.Count > 0)
            MissingServer.SkipOrFail(missing[0], $"Install {string.Join(", ", missing)}; Debian has packages of them.");
    }

    public static async Task<string> RunAsync(
        string program, IEnumerable<string> words, IReadOnlyDictionary<string, string>? environment = null,
        string? folder = null, NetworkNamespace? network = null)
    {
        var (code, output, errors) = await TryAsync(program, words, environment, folder, network);
        if (code != 0)
        {
            throw new InvalidOperationException(
                $"{program} {string.Join(' ', words)} ended with {code}:\n{errors}{output}");
        }
        return output;
    }

    public static async Task<(int Code, string Output, string Errors)> TryAsync(
        string program, IEnumerable<string> words, IReadOnlyDictionary<string, string>? environment = null,
        string? folder = null, NetworkNamespace? network = null)
    {
        var start = new ProcessStartInfo(Find(program) ?? program, words)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = folder ?? "",
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        using var process = (network is null ? Process.Start(start) : await network.DoAsync(() => Process.Start(start)))
            ?? throw new InvalidOperationException($"{program} did not start.");
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WithinAsync(timeMax);
        return (process.ExitCode, await output, await errors);
    }
}
