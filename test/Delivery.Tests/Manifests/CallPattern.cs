using System.Text.RegularExpressions;

namespace Tessera.Delivery.Tests.Manifests;

/// <summary>Whom a program asks, by what its source says.</summary>
internal static partial class CallPattern
{
    public static IEnumerable<string> Calls(string source) => Call().Matches(source)
        .Select(match => match.Groups[1].Value);

    [GeneratedRegex("""(?:AddServiceClient<\w+>\(|ServiceAddresses\.Of\(\w+, )"([a-z]+)"\)""")]
    private static partial Regex Call();
}
