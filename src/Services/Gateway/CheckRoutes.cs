using Microsoft.AspNetCore.Routing.Patterns;
using Tessera.ServiceDefaults;

namespace Tessera.Gateway;

/// <summary>What is wrong with the routes, each named. Nothing of it would show before a client came by.</summary>
internal static class CheckRoutes
{
    private static readonly string[] methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];
    private static readonly string[] policies =
        [RouteEntry.Anyone, Policies.SignedIn, Policies.Customer, Policies.Operator];
    private static readonly TimeSpan timeoutMax = TimeSpan.FromHours(1);
    private static readonly TimeSpan cacheMax = TimeSpan.FromMinutes(10);

    public static IReadOnlyList<string> Faults(IReadOnlyList<RouteEntry> routes, IReadOnlyList<Canary> canaries)
    {
        var faults = routes.SelectMany(route => FaultsOf(route).Concat(FaultsOfLimits(route))
            .Select(fault => $"{route.Name}: {fault}")).ToList();
        faults.AddRange(canaries.SelectMany(canary =>
            FaultsOf(canary).Select(fault => $"the canary of '{canary.Service}': {fault}")));
        foreach (var twice in canaries.GroupBy(canary => canary.Service).Where(of => of.Count() > 1))
            faults.Add($"'{twice.Key}' has {twice.Count()} canaries: only one is possible.");
        var shapes = routes.Select(route => (Route: route, Shape: ShapeOf(route.Path))).ToList();
        for (var first = 0; first < shapes.Count; first++)
        {
            for (var second = first + 1; second < shapes.Count; second++)
            {
                var (one, other) = (shapes[first], shapes[second]);
                if (one.Shape is not null && one.Shape == other.Shape && Overlap(one.Route, other.Route))
                    faults.Add($"{one.Route.Name} and {other.Route.Name} clash: a request could take either.");
            }
        }
        return faults;
    }

    private static IEnumerable<string> FaultsOf(RouteEntry route)
    {
        if (route.Path is not ['/', ..]) yield return "its path does not begin with '/'.";
        else if (ShapeOf(route.Path) is null) yield return "its path is no route pattern.";
        if (string.IsNullOrEmpty(route.Policy)) yield return $"it has no policy: {string.Join(", ", policies)}.";
        else if (!policies.Contains(route.Policy))
            yield return $"the policy '{route.Policy}' is unknown: expected {string.Join(", ", policies)}.";
        if (string.IsNullOrEmpty(route.Service)) yield return "it names no service.";
        else if (route.Service != RouteEntry.EachService && !Shop.Routed.Contains(route.Service))
            yield return $"there is no service '{route.Service}': known are {string.Join(", ", Shop.Routed)}.";
        else if (route.Service == RouteEntry.EachService != HasService(route.Path))
            yield return "'{service}' stands in the path of a route to every service ('*'), and only there.";
        if (route.Under is { } under && !(route.Path + "/").StartsWith(under + "/", StringComparison.Ordinal))
            yield return $"its path is not under '{under}'.";
        if (route.Methods is { } taken && (taken.Count == 0 || taken.Except(methods).Any()))
            yield return $"its methods must be of {string.Join(", ", methods)}; HEAD comes with GET.";
        if (route.Retry is not (null or RouteEntry.RetryKeyed))
            yield return $"its retry '{route.Retry}' is unknown: expected {RouteEntry.RetryKeyed}.";
        else if (route.Retry is not null && route.Methods is { } methodsTaken && !methodsTaken.Contains("POST"))
            yield return "its retry is for POST, which it does not take.";
        if (route.Version is { } version)
        {
            if (version.Deprecated is null) yield return "its version says no date 'deprecated'.";
            if (version.Sunset < version.Deprecated) yield return "its sunset lies before its deprecation.";
        }
    }

    private static IEnumerable<string> FaultsOfLimits(RouteEntry route)
    {
        if (route.Limit is not (null or RouteEntry.SignIn)) yield return $"the limit '{route.Limit}' is unknown.";
        if (route.Rate is not (null or >= 1 and <= 1_000_000))
            yield return "its rate must lie between 1 and 1,000,000 a second.";
        if (route is { Rate: not null, Limit: not null })
            yield return $"it has both the limit '{route.Limit}' and a rate.";
        if (route.Cache is { } cache)
        {
            if (cache < TimeSpan.FromSeconds(1) || cache > cacheMax)
                yield return $"its cache must lie between 1 s and {cacheMax.TotalMinutes:0} min.";
            if (route.Policy != RouteEntry.Anyone) yield return "its cache would tell everybody what one may see.";
            if (route.Methods?.Contains("GET") == false) yield return "its cache is for GET, which it does not take.";
        }
        if (route is { Compress: true, Policy: not RouteEntry.Anyone })
            yield return "only what anyone may see is compressed.";
        if (route.BodySizeBytesMax is not (null or >= 1024 and <= 64 * 1024 * 1024))
            yield return "its bodySizeBytesMax must lie between 1 KiB and 64 MiB.";
        if (route.Timeout is { } timeout && (timeout < TimeSpan.FromSeconds(1) || timeout > timeoutMax))
            yield return $"its timeout must lie between 1 s and {timeoutMax.TotalHours:0} h.";
    }

    private static IEnumerable<string> FaultsOf(Canary canary)
    {
        if (canary.Service is null || !Shop.Services.Contains(canary.Service))
            yield return $"there is no such service: known are {string.Join(", ", Shop.Services)}.";
        if (canary.Addresses is not { Count: > 0 } addresses) yield return "it has no addresses.";
        else if (addresses.FirstOrDefault(address => !IsAddress(address)) is { } wrong)
            yield return $"'{wrong}' is no address such as http://127.0.0.1:9092.";
        if (canary.Percent is < 0 or > 100) yield return "its percent must lie between 0 and 100.";
    }

    private static bool IsAddress(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https";

    private static bool HasService(string? path) => path?.Contains("{service}", StringComparison.Ordinal) == true;

    // Two templates take the same requests when they differ in letter case and the names of their parameters alone.
    private static string? ShapeOf(string? path)
    {
        if (path is not ['/', ..]) return null;
        try
        {
            var segments = RoutePatternFactory.Parse(path).PathSegments.Select(segment => string.Concat(
                segment.Parts.Select(part => part switch
                {
                    RoutePatternLiteralPart literal => literal.Content.ToUpperInvariant(),
                    RoutePatternSeparatorPart separator => separator.Content,
                    RoutePatternParameterPart parameter => parameter.IsCatchAll ? "{**}" : "{}",
                    _ => "?",
                })));
            return string.Join('/', segments);
        }
        catch (RoutePatternException)
        {
            return null;
        }
    }

    private static bool Overlap(RouteEntry one, RouteEntry other) =>
        (one.Methods, other.Methods) switch
        {
            (null, null) => true,
            ({ } some, { } others) => some.Intersect(others).Any(),
            _ => false, // Who names the method comes before who takes any.
        };
}
