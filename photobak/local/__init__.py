"""The cloud on this machine: a MiniStack server as a background process, with the same template and Lambdas."""
