using Xunit;

namespace Tessera.Testing.Servers;

/// <summary>What a test does when the server it needs cannot be had.</summary>
public static class MissingServer
{
    /// <summary>Skips the test and says how to get the server; with <c>CI=true</c> fails it:
    /// there it must be there.</summary>
    public static void SkipOrFail(string what, string how) => Assert.Skip(Reason(what, how));

    /// <summary>The reason for a skip; with <c>CI=true</c> the test fails instead.</summary>
    public static string Reason(string what, string how)
    {
        var reason = $"{what} is not here. {how}";
        if (Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail(reason);
        return reason;
    }
}
