namespace Tessera.Gateway;

/// <summary>
/// Pages of other sites may use the REST interface, and what a public client needs to get a token; never the pages
/// where people sign in. No cookies: who calls brings a token.
/// </summary>
internal static class CorsSetup
{
    private static readonly string[] open =
        ["/api/v1", "/.well-known", "/connect/token", "/connect/userinfo", "/connect/revoke", "/openapi"];
    private static readonly string[] told =
        ["ETag", "Location", "Link", "Retry-After", "RateLimit", "RateLimit-Policy", "Deprecation", "Sunset"];
    private static readonly string[] methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

    public static void AddOrigins(this IServiceCollection services, IConfiguration configuration)
    {
        var options = configuration.GetSection(CorsOptions.Section).Get<CorsOptions>() ?? new CorsOptions();
        foreach (var origin in options.Origins) Check(origin);
        if (options.MaxAge < TimeSpan.Zero || options.MaxAge > TimeSpan.FromDays(1))
            throw new InvalidOperationException("Gateway:Cors:MaxAge must lie between 0 and 1 day.");
        services.AddSingleton(options);
        services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
            .WithOrigins(options.Origins).WithMethods(methods).AllowAnyHeader()
            .WithExposedHeaders(told).SetPreflightMaxAge(options.MaxAge)));
    }

    public static void UseOrigins(this WebApplication app)
    {
        if (app.Services.GetRequiredService<CorsOptions>().Origins.Length == 0) return;
        app.UseWhen(
            context => Array.Exists(open, path => context.Request.Path.StartsWithSegments(path)),
            branch => branch.UseCors());
    }

    private static void Check(string origin)
    {
        if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")
            || uri.GetLeftPart(UriPartial.Authority) != origin)
        {
            throw new InvalidOperationException(
                $"Gateway:Cors:Origins has '{origin}': expected an origin such as https://partner.example.");
        }
    }
}
