using System.Text.Json;
using Tessera.EndToEnd;
using Tessera.Testing;

namespace Tessera.Delivery.Tests.Containers;

/// <summary>What a program must know that signs people in, from the secrets that the store was given.</summary>
internal static class StoreAccess
{
    /// <summary>Waits until all processes are ready and the operator can sign in. The first request of a cold process
    /// on a machine without time may be answered with 503 and a word to come again: compiling between two statements,
    /// it outlives the time for which its transaction may be idle.</summary>
    public static async Task AwaitAsync(int port, string folder, CancellationToken stop)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        await Eventually.HoldsAsync("all processes are ready", async () => (await http.GetAsync(
            new Uri($"http://127.0.0.1:{port}/health"), stop)).IsSuccessStatusCode, Eventually.ProcessBound, stop);
        await Eventually.HoldsAsync("the operator signs in", async () =>
        {
            using var shop = await Shop.OpenAsync(port, folder);
            return shop.Operator.Length > 0;
        }, Eventually.ProcessBound, stop);
    }

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
