using Microsoft.Extensions.Configuration;

namespace Tessera.ServiceDefaults;

/// <summary>Settings that are not to stand in the environment, where every listing of processes shows them: one file
/// each in a folder, as orchestrators mount secrets. <c>Database__ConnectionString</c> is the file of
/// <c>Database:ConnectionString</c>.</summary>
internal static class SecretFiles
{
    private const string Key = TesseraOptions.Section + ":" + nameof(TesseraOptions.SecretsDirectory);

    /// <summary>They come last: a file says more than the environment.</summary>
    /// <exception cref="InvalidOperationException">The folder is not there.</exception>
    public static void AddTo(IConfigurationManager configuration)
    {
        if (configuration[Key] is not { Length: > 0 } folder) return;
        var path = Path.GetFullPath(folder);
        if (!Directory.Exists(path))
        {
            throw new InvalidOperationException(
                $"{Key} is '{folder}', and there is no such folder: mount the secrets there, or leave the key out.");
        }
        configuration.AddKeyPerFile(path, optional: false, reloadOnChange: false);
    }
}
