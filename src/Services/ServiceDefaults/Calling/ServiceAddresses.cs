using Microsoft.Extensions.Configuration;

namespace Tessera.ServiceDefaults;

/// <summary>Where the other services are: <c>Services:Orders</c> = comma-separated cleartext
/// HTTP/2 addresses.</summary>
public static class ServiceAddresses
{
    /// <summary>The addresses of the service's replicas.</summary>
    /// <exception cref="InvalidOperationException">The setting is no list of http addresses.</exception>
    public static IReadOnlyList<Uri> Of(IConfiguration configuration, string service)
    {
        var key = KeyOf(service);
        var text = configuration[key];
        if (string.IsNullOrWhiteSpace(text))
        {
            return Shop.Find(service)?.Http2 is { } port
                ? [new Uri($"http://127.0.0.1:{port}")]
                : throw new InvalidOperationException(
                    $"{key} is missing: set it to the service's address, such as http://127.0.0.1:9086.");
        }
        return
        [
            .. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(part =>
                Uri.TryCreate(part, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
                    ? address
                    : throw new InvalidOperationException(
                        $"{key} has '{part}': expected an address such as http://127.0.0.1:9084.")),
        ];
    }

    /// <summary>Whether a setting says where it is.</summary>
    public static bool IsGiven(IConfiguration configuration, string service) =>
        !string.IsNullOrWhiteSpace(configuration[KeyOf(service)]);

    private static string KeyOf(string service) => $"Services:{char.ToUpperInvariant(service[0])}{service[1..]}";
}
