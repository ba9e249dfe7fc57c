using System.Reflection;

namespace Tessera.ServiceDefaults;

/// <summary>Which build of the service runs.</summary>
/// <param name="Version">As the service's <c>version.txt</c> says.</param>
/// <param name="Revision">The commit it was built from; null for a build outside git.</param>
public sealed record ServiceVersion(string Version, string? Revision)
{
    /// <summary>Of this process.</summary>
    public static ServiceVersion Own { get; } = new(
        Assembly.GetEntryAssembly()?.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
            ?? "0.0.0",
        AppContext.GetData("Tessera.Revision") is string { Length: > 0 } revision ? revision : null);
}
