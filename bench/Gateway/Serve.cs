using System.Globalization;
using Tessera.Testing.Services;

namespace Tessera.Bench.Gateway;

/// <summary>The gateway before a backend of somebody else's, until the input ends: to be measured beside other proxies.
/// </summary>
internal static class Serve
{
    private const string Route =
        """{ "path": "/api/items/{**rest}", "service": "orders", "policy": "signed-in" }""";

    /// <param name="backend">Its address for HTTP/2 without TLS.</param>
    /// <param name="keys">A folder: <c>ours.jwt</c> is written there, a token that the gateway takes.</param>
    public static async Task RunAsync(string gatewayDll, string backend, string keys)
    {
        using var tokens = new TestTokens();
        await using var gateway = await GatewayUnderTest.StartAsync(
            gatewayDll, backend, tokens, [Route],
            [.. Growth.Unbounded, ("DOTNET_TieredPGO", "0"), ("DOTNET_gcServer", "0")]);
        Directory.CreateDirectory(keys);
        await File.WriteAllTextAsync(Path.Combine(keys, "ours.jwt"), tokens.Operator(Guid.NewGuid()));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"EXTRA_GATEWAY_URL={gateway.Client.BaseAddress!.GetLeftPart(UriPartial.Authority)} "
            + $"EXTRA_GATEWAY_PIDS={gateway.ProcessId} EXTRA_GATEWAY_TOKEN=ours"));
        await Console.In.ReadToEndAsync();
    }
}
