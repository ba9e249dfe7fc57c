namespace Tessera.ServiceDefaults;

/// <summary>Where the token keys come from: over HTTP from Users, or in Users itself from its own key folder.</summary>
public interface IKeySource
{
    /// <summary>The JSON Web Key Set as published.</summary>
    Task<string> FetchAsync(CancellationToken stop);
}
