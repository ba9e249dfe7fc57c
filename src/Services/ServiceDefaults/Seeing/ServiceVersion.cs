using System.Reflection;

namespace Tessera.ServiceDefaults;

/// <summary>Which build of the service runs.</summary>
/// <param name="Version">As the service's <c>version.txt</c> says.</param>
/// <param name="Revision">The commit it was built from; null for a build outside git.</param>
public sealed record ServiceVersion(string Version, string? Revision)
{
    /// <summary>Of this process.</summary>
    public static ServiceVersion Own { get; } = Parse(Assembly.GetEntryAssembly()
        ?.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion);

    /// <param name="informational">As in <c>1.4.0+9f2c…</c>.</param>
    internal static ServiceVersion Parse(string? informational)
    {
        var parts = (informational ?? "").Split('+', 2);
        return new ServiceVersion(
            parts[0].Length > 0 ? parts[0] : "0.0.0", parts is [_, { Length: > 0 } revision] ? revision : null);
    }
}
