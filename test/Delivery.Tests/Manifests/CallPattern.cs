using System.Text.RegularExpressions;

namespace Tessera.Delivery.Tests.Manifests;

/// <summary>Whom a program asks, by what its source says.</summary>
internal static partial class CallPattern
{
    public static IEnumerable<string> Calls(string source) => Call().Matches(source)
        .Select(match => match.Groups[1].Value);

    /// <summary>In TypeScript: the addresses that its settings name.</summary>
    public static IEnumerable<string> ForeignCalls(string project, string source) =>
        Regex.Matches(source, $@"read\.address\('{project}:(\w+)'")
            .Select(match => match.Groups[1].Value.ToLowerInvariant());

    [GeneratedRegex("""(?:AddServiceClient<\w+>\(|ServiceAddresses\.Of\(\w+, )"([a-z]+)"\)""")]
    private static partial Regex Call();
}
