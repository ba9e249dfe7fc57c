using Tessera.Ops.Pages;

namespace Tessera.Ops;

/// <summary>A service did not take the operator's token: the session has ended, or the role is gone.</summary>
internal sealed class AskToSignIn(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (TokenRefusedException refused) when (!context.Response.HasStarted)
        {
            if (refused.MaySignIn)
            {
                var back = HttpMethods.IsGet(context.Request.Method)
                    ? context.Request.Path + context.Request.QueryString
                    : OpsOptions.Root;
                context.Response.Redirect($"{OpsOptions.Root}/sign-in?back={Uri.EscapeDataString(back)}");
                return;
            }
            // A role that was taken away; the deed itself is recorded where it was asked for.
            await Faults.NotFound().ExecuteAsync(context);
        }
    }
}

/// <param name="maySignIn">False when whoever signs in anew is still not allowed.</param>
internal sealed class TokenRefusedException(bool maySignIn) : Exception
{
    public bool MaySignIn => maySignIn;
}
