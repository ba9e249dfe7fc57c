using System.Net;
using Tessera.Orders.Contracts;
using Tessera.PageDefaults;
using Tessera.ServiceDefaults;

namespace Tessera.Ops.Pages.Orders;

/// <summary>What an operator does with an order. Each ends at the order's page, which says how it went.</summary>
internal static class ActOnOrder
{
    public static async Task<IResult> Cancel(Guid id, Operator me, CancellationToken stop) => await DoAsync(
        me, id, HttpMethod.Post, "cancel", new CancelOrderRequest(await FieldAsync(me, "reason", stop)), stop);

    public static async Task<IResult> Note(Guid id, Operator me, CancellationToken stop) => await DoAsync(
        me, id, HttpMethod.Put, "note",
        new NoteRequest(await FieldAsync(me, "text", stop), await FieldAsync(me, "read", stop)), stop);

    public static Task<IResult> Ship(Guid id, Operator me, CancellationToken stop) =>
        DoAsync(me, id, HttpMethod.Post, "ship", null, stop);

    private static async Task<string?> FieldAsync(Operator me, string name, CancellationToken stop) =>
        (await me.Context.Request.ReadFormAsync(stop))[name];

    private static async Task<IResult> DoAsync(
        Operator me, Guid id, HttpMethod method, string act, object? body, CancellationToken stop)
    {
        var answer = await me.SendAsync<Done>(method, $"/orders/{id}/{act}", body, stop);
        if (answer.Status == HttpStatusCode.NotFound) return Faults.NotFound();
        return SeeOther.To($"{OpsOptions.Root}/orders/{id}?"
            + (answer.IsGood ? $"done={act}" : $"fault={Uri.EscapeDataString(answer.Why())}"));
    }
}
