using System.Text.Json;

namespace Tessera.Delivery.Tests.Containers;

/// <summary>What a program must know that signs people in, from the secrets that the store was given.</summary>
internal static class StoreAccess
{
    /// <summary>Writes it into a folder, as <c>tessera up</c> has it in its data.</summary>
    public static async Task WriteAsync(string folder, string secrets)
    {
        var clients = Directory.CreateDirectory(Path.Combine(folder, "clients")).FullName;
        foreach (var client in new[] { "web", "console" })
        {
            File.Copy(
                Path.Combine(secrets, "users", "Tessera__ClientSecrets__" + client),
                Path.Combine(clients, client + ".secret"));
        }
        var password = await File.ReadAllTextAsync(Path.Combine(secrets, "users", "Users__OperatorPassword"));
        await File.WriteAllTextAsync(
            Path.Combine(folder, "operator.json"),
            JsonSerializer.Serialize(new { email = "operator@tessera.local", password }));
    }
}
