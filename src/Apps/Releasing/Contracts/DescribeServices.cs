using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tessera.Releasing.Schemas;

namespace Tessera.Releasing.Contracts;

/// <summary>Asks built services what they offer: each as a process that writes it down and ends, with nothing
/// started.</summary>
public static class DescribeServices
{
    private static readonly TimeSpan _bound = TimeSpan.FromMinutes(2);

    /// <summary>What the service says of itself.</summary>
    public static async Task<JsonObject> AskAsync(Repository repository, Releasable service, CancellationToken stop)
    {
        var program = ProgramOf(repository, service);
        if (!File.Exists(program))
        {
            throw new ReleaseException(
                $"{service.Project} is not built: dotnet build {service.ProjectFile} -c Release, and then again.");
        }
        var file = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo("dotnet", [program, "--describe", file])
            {
                WorkingDirectory = Path.GetDirectoryName(program), RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            // Contracts are those of the defaults, whatever the shell that asks has set.
            foreach (var name in start.Environment.Keys.Where(IsSetting).ToArray()) start.Environment.Remove(name);
            using var process = Process.Start(start)!;
            using var bound = CancellationTokenSource.CreateLinkedTokenSource(stop);
            bound.CancelAfter(_bound);
            var said = process.StandardOutput.ReadToEndAsync(bound.Token);
            var wrong = process.StandardError.ReadToEndAsync(bound.Token);
            await process.WaitForExitAsync(bound.Token);
            if (process.ExitCode != 0)
            {
                var why = $"{await said} {await wrong}".ReplaceLineEndings(" ").Trim();
                throw new ReleaseException($"{service.Project} does not describe itself: {why}");
            }
            return JsonNode.Parse(await File.ReadAllTextAsync(file, stop))!.AsObject();
        }
        catch (JsonException unreadable)
        {
            throw new ReleaseException($"What {service.Project} says of itself is no JSON: {unreadable.Message}");
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Where a build puts it.</summary>
    public static string ProgramOf(Repository repository, Releasable service) => repository.PathOf(
        "artifacts", "bin", service.Project, "release", $"Tessera.{service.Project}.dll");

    /// <summary>Its contract of now, with the version that its file says.</summary>
    public static ServiceContract ContractOf(Repository repository, Releasable service, JsonObject description)
    {
        var scripts = SchemaFile.Of(repository, service).ToDictionary(file => file.Name, file => file.Digest);
        return ServiceContract.Described(description, scripts) with
        {
            Version = Versions.Read(repository, service).ToString(),
        };
    }

    private static bool IsSetting(string name) =>
        name.Contains("__", StringComparison.Ordinal) || name.StartsWith("ASPNETCORE_", StringComparison.Ordinal)
        || name.StartsWith("OTEL_", StringComparison.Ordinal);
}
