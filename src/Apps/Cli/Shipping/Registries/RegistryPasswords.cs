using System.Net;
using System.Text;
using System.Text.Json;

namespace Tessera.Cli.Shipping.Registries;

/// <summary>Who one is to a registry, found where the SDK's own push finds it.</summary>
internal static class RegistryPasswords
{
    /// <returns>Null when nobody has said it, or a helper of the system keeps it.</returns>
    public static NetworkCredential? Of(string host)
    {
        var name = First("DOTNET_CONTAINER_PUSH_REGISTRY_UNAME", "DOTNET_CONTAINER_REGISTRY_UNAME");
        var password = First("DOTNET_CONTAINER_PUSH_REGISTRY_PWORD", "DOTNET_CONTAINER_REGISTRY_PWORD");
        if (name is not null && password is not null) return new NetworkCredential(name, password);
        var folder = First("DOCKER_CONFIG")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".docker");
        var file = Path.Combine(folder, "config.json");
        return File.Exists(file) ? Read(File.ReadAllText(file), host) : null;
    }

    /// <param name="config">Docker's file of who signed in where.</param>
    internal static NetworkCredential? Read(string config, string host)
    {
        try
        {
            using var document = JsonDocument.Parse(config);
            if (!document.RootElement.TryGetProperty("auths", out var all) || !all.TryGetProperty(host, out var entry)
                || !entry.TryGetProperty("auth", out var both)) return null;
            var words = Encoding.UTF8.GetString(both.GetBytesFromBase64()).Split(':', 2);
            return words.Length == 2 ? new NetworkCredential(words[0], words[1]) : null;
        }
        catch (Exception other) when (other is JsonException or FormatException or InvalidOperationException)
        {
            return null; // Not a file as Docker writes it: the registry will say that it wants a password.
        }
    }

    private static string? First(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value) return value;
        return null;
    }
}
