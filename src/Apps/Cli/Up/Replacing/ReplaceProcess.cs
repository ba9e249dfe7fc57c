namespace Tessera.Cli.Up;

/// <summary>Ends one process of the running store and starts it again with something changed: another program, other
/// settings. Ends when the gateways send it requests; what does not become ready makes room for what was before.
/// </summary>
internal sealed class ReplaceProcess(RunFolder folder, HttpClient http)
{
    /// <returns>The version that runs now, where it says so.</returns>
    /// <exception cref="UserError">It did not become ready, and runs again as before, or was not touched.
    /// </exception>
    public async Task<string?> RunAsync(InstanceState instance, Change change, CancellationToken stop)
    {
        RefuseToStopTheLast(instance);
        var before = Now(instance.Name);
        try
        {
            await HoldCommands.RestartAsync(folder, instance.Name, stop, () => Apply(instance.Name, change));
            await RestartCommand.BeServedAsync(http, folder, instance, stop);
            return HoldCommands.Find(folder, instance.Name).Version;
        }
        catch (Exception failed) when (IsFault(failed))
        {
            throw new UserError($"{failed.Message.TrimEnd('.')}. " + (await TryPutBackAsync(instance, before)
                ?? $"{instance.Name} runs again what it ran before."));
        }
        catch (OperationCanceledException)
        {
            if (await TryPutBackAsync(instance, before) is { } fault) await Console.Error.WriteLineAsync(fault);
            throw;
        }
    }

    /// <summary>Whether a person can do something about it: what a service or the disk refuses.</summary>
    internal static bool IsFault(Exception failed) => failed is UserError or IOException or UnauthorizedAccessException;

    /// <summary>What the process runs, as a change that leads back to it.</summary>
    public Change Now(string name) =>
        new(folder.ReadProgramOf(name), ChangesProgram: true, folder.ReadSettingsOf(name), IsAllSettings: true);

    /// <summary>Ends when it is ready again, whether or not the gateways know.</summary>
    public Task PutBackAsync(InstanceState instance, Change before) => HoldCommands.RestartAsync(
        folder, instance.Name, CancellationToken.None, () => Apply(instance.Name, before));

    /// <returns>Why it does not run again what it ran before; null when it does.</returns>
    private async Task<string?> TryPutBackAsync(InstanceState instance, Change before)
    {
        try
        {
            await PutBackAsync(instance, before);
            return null;
        }
        catch (Exception failed) when (IsFault(failed))
        {
            return $"Nor could what {instance.Name} ran before be put back; see: tessera status. {failed.Message}";
        }
    }

    private void Apply(string name, Change change)
    {
        if (change.ChangesProgram) folder.WriteProgramOf(name, change.Program);
        var settings = change.IsAllSettings
            ? []
            : new Dictionary<string, string>(folder.ReadSettingsOf(name), StringComparer.Ordinal);
        foreach (var (key, value) in change.Settings) settings[key] = value;
        folder.WriteSettingsOf(name, settings);
    }

    /// <summary>Where a service has several processes, another must be able to serve meanwhile.</summary>
    private void RefuseToStopTheLast(InstanceState instance)
    {
        var others = HoldCommands.StateOf(folder).Services
            .Where(each => each.Service == instance.Service && each.Name != instance.Name).ToList();
        if (others.Count == 0 || others.Exists(each => each.State == "ready")) return;
        throw new UserError(
            $"{instance.Name} is not replaced: none of the others is ready ({others[0].Name} is {others[0].State}), " +
            "and nobody would serve meanwhile.");
    }
}

/// <summary>What is to be different in a process.</summary>
/// <param name="Program">Null: what <c>up</c> was told.</param>
/// <param name="IsAllSettings">Whether the settings are all that differ from what <c>up</c> was told, and not some
/// beside those that were changed before.</param>
internal sealed record Change(
    string? Program, bool ChangesProgram, IReadOnlyDictionary<string, string> Settings, bool IsAllSettings = false)
{
    public static Change OfProgram(string program) => new(program, true, new Dictionary<string, string>());

    public static Change OfSettings(IReadOnlyDictionary<string, string> settings) => new(null, false, settings);
}
