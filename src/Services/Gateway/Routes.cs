using Tessera.ServiceDefaults;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Transforms;

namespace Tessera.Gateway;

/// <summary>Which path goes to which service, and who may go there. The services check again.</summary>
internal static class Routes
{
    /// <summary>Metadata of routes whose requests count against the stricter limit of sign-ins.</summary>
    public const string SignIn = "sign-in";

    /// <summary>Where the REST interface stands. Services know nothing of it.</summary>
    public const string Prefix = "/api/v1";

    public static readonly string[] Services = ["users", "catalog", "inventory", "orders", "payments"];
    private const string Anyone = "anonymous";
    private static readonly string[] reads = ["GET", "HEAD"];
    private static readonly string[] writes = ["POST", "PUT", "PATCH", "DELETE"];

    public static IReadOnlyList<RouteConfig> All() =>
    [
        Plain("users", "/connect/token", Anyone, ["POST"], SignIn),
        Plain("users", "/connect/{**rest}", Anyone, [.. reads, "POST"]),
        Plain("users", "/.well-known/{**rest}", Anyone, reads),
        Plain("users", "/account/{**rest}", Anyone, reads), // Pages; Users knows by its cookie who may see which.
        Plain("users", "/account/{**rest}", Anyone, ["POST"], SignIn),
        Route("users", "/users", Anyone, ["POST"], SignIn),
        Route("users", "/users/me/{**rest}", Policies.SignedIn),
        Route("users", "/users/{**rest}", Policies.Operator),
        Route("catalog", "/products/{**rest}", Anyone, reads),
        Route("catalog", "/products/{**rest}", Policies.Operator, writes),
        Route("inventory", "/stock/{**rest}", Policies.SignedIn, reads),
        Route("inventory", "/stock/{**rest}", Policies.Operator, writes),
        Route("orders", "/orders/{**rest}", Policies.SignedIn),
        Route("payments", "/payments/{**rest}", Policies.SignedIn),
        .. Services.Select(service => Inner(service, "messaging/{**rest}", Policies.Operator)),
        .. Services.Select(service => Inner(service, "openapi/{**rest}", Anyone)),
    ];

    private static RouteConfig Plain(
        string service, string path, string policy, string[]? methods = null, string? limit = null) =>
        new RouteConfig
        {
            RouteId = $"{string.Join(',', methods ?? ["*"])} {path}",
            ClusterId = service,
            Match = new RouteMatch { Path = path, Methods = methods },
            AuthorizationPolicy = policy,
            Metadata = limit is null ? null : new Dictionary<string, string> { [limit] = "" },
        }.WithTransformUseOriginalHostHeader(); // The addresses in the discovery document are those the client used.

    private static RouteConfig Route(
        string service, string path, string policy, string[]? methods = null, string? limit = null) =>
        Under(Prefix, Plain(service, Prefix + path, policy, methods, limit));

    // What every service has under the same path is told apart by the service's name.
    private static RouteConfig Inner(string service, string path, string policy) =>
        Under(InnerPrefix(service), Plain(service, $"{InnerPrefix(service)}/{path}", policy));

    private static string InnerPrefix(string service) => $"{Prefix}/services/{service}";

    // The service is told where it stands, so that it can say the whole address of a thing.
    private static RouteConfig Under(string prefix, RouteConfig route) => route
        .WithTransformPathRemovePrefix(prefix)
        .WithTransformXForwarded(xPrefix: ForwardedTransformActions.Off)
        .WithTransformRequestHeader("X-Forwarded-Prefix", prefix, append: false);
}
