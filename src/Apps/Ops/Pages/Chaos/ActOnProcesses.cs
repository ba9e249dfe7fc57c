using Tessera.Ops.Chaos;
using Tessera.Ops.Recording;
using Tessera.PageDefaults;
using Tessera.ServiceDefaults;

namespace Tessera.Ops.Pages.Chaos;

/// <summary>Stops, freezes and kills processes of a local store, to see what the others do. There with <c>up
/// --chaos</c> alone.</summary>
internal static class ActOnProcesses
{
    public static IResult Show(LocalStore local, string? done = null, string? name = null) => Page.Show<ChaosPage>(
        StatusCodes.Status200OK, (nameof(ChaosPage.Processes), local.Read()),
        (nameof(ChaosPage.Done), LocalStore.Acts.Contains(done) ? done : null), (nameof(ChaosPage.Name), name));

    public static async Task<IResult> Do(
        string name, string act, Operator me, LocalStore local, OpsRecord record, CancellationToken stop)
    {
        if (local.Read()?.FirstOrDefault(each => each.Name == name) is not { } process
            || !LocalStore.Allows(process, act)) return Faults.NotFound();
        record.Done(me.Id, $"{act} {name}", "by the console, of a store that was started with --chaos");
        await local.AskAsync(name, act, stop);
        return SeeOther.To($"{OpsOptions.Root}/chaos?done={act}&name={name}");
    }
}
