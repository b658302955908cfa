using WeightSwarm.Simulation.Reports;

return CommandLine.Run(args, Console.Out, Console.Error);
