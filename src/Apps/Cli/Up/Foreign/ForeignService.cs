namespace Tessera.Cli.Up;

/// <summary>A service in another language, as the shop's list has it.</summary>
/// <param name="Project">Of its folder; in lower case the service's name.</param>
internal sealed record ForeignService(string Project)
{
    public string Name => Project.ToLowerInvariant();
}
