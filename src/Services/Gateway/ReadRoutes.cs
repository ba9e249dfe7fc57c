using System.Globalization;
using System.Text.Json;
using Tessera.ServiceDefaults;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Transforms;

namespace Tessera.Gateway;

/// <summary>From the bytes of <c>routes.json</c> to the proxy's routes, or to why not.</summary>
internal static class ReadRoutes
{
    /// <exception cref="InvalidOperationException">The file is not right; the message names each fault.</exception>
    public static RouteTable From(ReadOnlySpan<byte> file, string name) =>
        From([new RouteText(name, file.ToArray(), Service: null)]);

    /// <summary>The common file and those of single services, as one.</summary>
    /// <exception cref="InvalidOperationException">One is not right; the message names each fault.</exception>
    public static RouteTable From(IReadOnlyList<RouteText> files)
    {
        var entries = new List<RouteEntry>();
        var canaries = new List<Canary>();
        foreach (var file in files)
        {
            var (routes, released) = Parse(file);
            entries.AddRange(routes);
            canaries.AddRange(released);
        }
        if (CheckRoutes.Faults(entries, canaries) is { Count: > 0 } faults)
        {
            throw new InvalidOperationException(
                $"{string.Join(" with ", files.Select(file => file.Name))}: {string.Join(" ", faults)}");
        }
        return new RouteTable(Configs(entries), canaries);
    }

    private static (IReadOnlyList<RouteEntry> Routes, IReadOnlyList<Canary> Canaries) Parse(RouteText file)
    {
        try
        {
            var read = RouteEntry.ParseAll(file.Bytes, file.HasCanariesAlone);
            if (file.Service is not { } service) return read;
            var named = read.Routes.Select(route => route.Service).Concat(read.Canaries.Select(one => one.Service));
            foreach (var foreign in named.Where(name => name != service))
                throw new JsonException($"it is the file of '{service}' and names '{foreign}'.");
            return read;
        }
        catch (JsonException malformed)
        {
            throw new InvalidOperationException($"{file.Name}: {malformed.Message}", malformed);
        }
    }

    private static IReadOnlyList<RouteConfig> Configs(IReadOnlyList<RouteEntry> entries)
    {
        return
        [
            .. entries.SelectMany(entry => entry.Service == RouteEntry.EachService
                ? Shop.Interfaces.Select(service => Route(entry with
                {
                    Service = service,
                    Path = entry.Path!.Replace("{service}", service, StringComparison.Ordinal),
                    Under = entry.Under?.Replace("{service}", service, StringComparison.Ordinal),
                }))
                : [Route(entry)]),
        ];
    }

    private static RouteConfig Route(RouteEntry entry)
    {
        var route = new RouteConfig
        {
            RouteId = entry.Name,
            ClusterId = entry.Service,
            Match = new RouteMatch { Path = entry.Path, Methods = entry.TakenMethods },
            AuthorizationPolicy = entry.Policy,
            Timeout = entry.Timeout,
            Metadata = MetadataOf(entry),
        }.WithTransformUseOriginalHostHeader(); // The addresses in the discovery document are those the client used.
        if (entry.Under is { } under)
        {
            // The service is told where it stands, so that it can say the whole address of a thing.
            route = route.WithTransformPathRemovePrefix(under)
                .WithTransformXForwarded(xPrefix: ForwardedTransformActions.Off)
                .WithTransformRequestHeader("X-Forwarded-Prefix", under, append: false);
        }
        return entry.Version is { } version ? Announce(route, version) : route;
    }

    private static Dictionary<string, string>? MetadataOf(RouteEntry entry)
    {
        var marks = new Dictionary<string, string>(StringComparer.Ordinal);
        if (entry.Limit is { } limit) marks[limit] = "";
        if (entry.Retry is { } retry) marks[retry] = "";
        if (entry.Rate is { } rate) marks[RouteEntry.RateMark] = rate.ToString(CultureInfo.InvariantCulture);
        if (entry.Cache is { } cache) marks[RouteEntry.CacheMark] = cache.ToString("c", CultureInfo.InvariantCulture);
        if (entry.BodySizeBytesMax is { } body)
            marks[RouteEntry.BodyMark] = body.ToString(CultureInfo.InvariantCulture);
        if (entry.Compress) marks[RouteEntry.CompressMark] = "";
        return marks.Count > 0 ? marks : null;
    }

    private static RouteConfig Announce(RouteConfig route, RouteVersion version)
    {
        var since = Midnight(version.Deprecated!.Value).ToUnixTimeSeconds();
        route = Say(route, "Deprecation", string.Create(CultureInfo.InvariantCulture, $"@{since}"));
        if (version.Sunset is { } sunset)
            route = Say(route, "Sunset", Midnight(sunset).ToString("R", CultureInfo.InvariantCulture));
        return version.Link is { } link ? Say(route, "Link", $"<{link}>; rel=\"deprecation\"") : route;
    }

    private static RouteConfig Say(RouteConfig route, string header, string value) =>
        route.WithTransformResponseHeader(header, value, append: true, ResponseCondition.Always);

    private static DateTimeOffset Midnight(DateOnly date) => new(date, TimeOnly.MinValue, TimeSpan.Zero);
}
