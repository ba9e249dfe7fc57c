using System.Text.Json;

namespace Tessera.Releasing;

/// <summary>The source tree that is looked at, and what of it can be released.</summary>
/// <param name="Root">Where <c>Tessera.slnx</c> is.</param>
public sealed record Repository(string Root)
{
    /// <summary>Every process of the list, in its order.</summary>
    public IReadOnlyList<Releasable> All { get; } = Read(Root);

    /// <summary>The projects of the services in other languages, each a folder below <c>src/Services</c>.</summary>
    public IReadOnlyList<string> Foreign { get; } = ReadForeign(Root);

    /// <summary>Those that have an interface for programs.</summary>
    public IReadOnlyList<Releasable> WithContracts => [.. All.Where(each => !each.IsApp && each.Name != "gateway")];

    /// <exception cref="ReleaseException">There is none of the name.</exception>
    public Releasable Find(string name) => All.FirstOrDefault(each => each.Name == name)
        ?? throw new ReleaseException(
            $"There is no service '{name}'; known are {string.Join(", ", All.Select(each => each.Name))}.");

    public string PathOf(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);

    private static Releasable[] Read(string root) => Read<Releasable[]>(root, list =>
        [.. list.GetProperty("services").EnumerateArray().Select(entry => new Releasable(
            entry.GetProperty("name").GetString()!,
            entry.TryGetProperty("app", out var app) && app.GetBoolean()))]);

    private static string[] ReadForeign(string root) => Read<string[]>(root, list =>
        list.TryGetProperty("foreign", out var foreign)
            ? [.. foreign.EnumerateArray().Select(entry => entry.GetProperty("name").GetString()!)] : []);

    private static T Read<T>(string root, Func<JsonElement, T> read)
    {
        var list = Path.Combine(root, "src", "Services", "shop.json");
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(list));
            return read(document.RootElement);
        }
        catch (Exception unreadable) when (unreadable is IOException or JsonException or KeyNotFoundException)
        {
            throw new ReleaseException($"{list}, the list of services, cannot be read: {unreadable.Message}");
        }
    }
}

/// <summary>One process, which is built and released alone.</summary>
/// <param name="Project">Such as <c>Orders</c>.</param>
/// <param name="IsApp">Whether it is pages for people.</param>
public sealed record Releasable(string Project, bool IsApp)
{
    /// <summary>Such as <c>orders</c>.</summary>
    public string Name => Project.ToLowerInvariant();

    /// <summary>From the root.</summary>
    public string Folder => $"src/{(IsApp ? "Apps" : "Services")}/{Project}";

    public string ProjectFile => $"{Folder}/{Project}.csproj";

    public string TestProject => $"test/{Project}.Tests/{Project}.Tests.csproj";
}

/// <summary>Something that whoever releases can put right, in one sentence.</summary>
public sealed class ReleaseException(string message) : Exception(message);
